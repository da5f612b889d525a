// A metric over two axes of a sweep: a heat map, or the points themselves where most cells would be empty.
import {byKey} from "./analysis.js";
import {Chart, hint, namedRows} from "./chart.js";
import {choice, element, section} from "./dom.js";
import {colourScale, pairOption} from "./sweep_cloud.js";
import {placesOption} from "./sweep_curves.js";
import {palette} from "./theme.js";

const filled = 0.5; // the share of cells that make a map

function cellsOf(view, x, y) {
  const members = view.members.map((i) => view.sweep.points[i].coordinates);
  return byKey(members.map((coordinates) => JSON.stringify([coordinates[x.i].text, coordinates[y.i].text])), view.valuesOf(view.metric));
}

function isMap(view, x, y) {
  if (view.isSampled(x) || view.isSampled(y)) return false;
  return cellsOf(view, x, y).length >= filled * view.places(x).length * view.places(y).length;
}

function heatOption(view, x, y, width) {
  const cells = cellsOf(view, x, y);
  const columns = view.places(x).map(({text}) => text);
  const rows = view.places(y).map(({text}) => text);
  const {grid, label} = namedRows(rows, 300, width);
  return {
    grid: {...grid, right: 8, top: 48, bottom: 52},
    legend: null,
    xAxis: {type: "category", data: columns, name: x.name, nameLocation: "middle", nameGap: 28, splitLine: {show: false}},
    yAxis: {type: "category", data: rows, name: y.name, nameTextStyle: {align: "left"}, splitLine: {show: false}, axisLabel: label},
    visualMap: colourScale(view, cells.map(({mean}) => mean)),
    tooltip: {formatter: ({data}) => hint(`${x.name} ${columns[data[0]]}, ${y.name} ${rows[data[1]]}`, [[null, view.metric.name, view.show(data[2])]])},
    series: [{
      type: "heatmap", itemStyle: {borderColor: palette().back, borderWidth: 2},
      label: {show: columns.length <= 16, color: "#111", backgroundColor: "#ffffffcc", padding: [3, 5, 2, 5], borderRadius: 3, formatter: ({data}) => view.show(data[2])},
      data: cells.map(({key, mean}) => {
        const [column, row] = JSON.parse(key);
        return [columns.indexOf(column), rows.indexOf(row), mean];
      }),
    }],
  };
}

/// The first two axes that don't advance together; of a sample, the two that matter most.
function firstPair(view) {
  const all = view.axes();
  const axes = [...all.filter(({name}) => view.leading.has(name)), ...all.filter(({name}) => !view.leading.has(name))];
  if (view.sampled.size === 0) return axes;
  const ranked = (view.effectsOn(view.metric)?.axes ?? []).map(({name}) => axes.find((axis) => axis.name === name)).filter((axis) => axis);
  return [...ranked, ...axes.filter((axis) => !ranked.includes(axis))];
}

export function pairsSection(page, view) {
  if (view.axes().length < 2) return;
  let [x, y] = firstPair(view);
  const node = section(page, "heat", ["Two axes", "The metric over two axes"], "");
  const lead = node.querySelector(".lead");
  const explain = () => {
    const what = isMap(view, x, y) ? "Means over all other axes." : "Each dot is a point.";
    lead.textContent = `${what} The stronger the colour, the ${view.metric.better === "neither" ? "higher" : "worse"}.`;
  };
  const height = () => (isMap(view, x, y) ? 110 + 34 * view.places(y).length : 420);
  const chart = new Chart(node, "Metric over two axes", height(), (width) => (isMap(view, x, y)
    ? heatOption(view, x, y, width) : pairOption(view, [x, y], [placesOption(view, x), placesOption(view, y)])));
  const controls = element("div", {class: "controls"});
  chart.node.before(controls);
  const fill = () => {
    controls.replaceChildren(
      choice("Across", view.axes(y.name).map(({name}) => name), x.name, (name) => { x = view.axisCalled(name); fill(); }),
      choice("Up", view.axes(x.name).map(({name}) => name), y.name, (name) => { y = view.axisCalled(name); fill(); }));
    explain();
    chart.draw(height());
  };
  view.listeners.push(() => {
    const there = view.axes();
    if (![x, y].every(({name}) => there.some((axis) => axis.name === name)) && there.length > 1) [x, y] = firstPair(view);
    fill();
  });
  fill();
}
