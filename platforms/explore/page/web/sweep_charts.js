// A metric over the axes of a sweep: curves with their knees, heat maps, and the ranking of axes.
import {byKey, etaSquared, knee} from "./analysis.js";
import {Chart, hint, namedRows, zoom} from "./chart.js";
import {choice, element, section} from "./dom.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {digitsFor, quantity, share, tick} from "./units.js";

const none = "\u2013 none \u2013";
const every = "\u2013 mean of all \u2013";

/// The points that the fixed places of other axes leave: their numbers.
function selected(view, fixed) {
  const {points, axes} = view.sweep;
  return points.map((_, i) => i).filter((i) => axes.every((axis, a) =>
    (fixed[axis.name] ?? every) === every || points[i].coordinates[a].text === fixed[axis.name]));
}

/// [{name, points: [{x, text, mean, min, max, n}], knee}] along an axis, one for each place on `group`.
export function curvesAlong(view, axis, group, fixed) {
  const numbers = selected(view, fixed);
  const {points} = view.sweep;
  const places = view.places(axis);
  const curve = (name, members) => {
    const groups = byKey(members.map((i) => points[i].coordinates[axis.i].text), members.map((i) => view.metric.values[i]));
    const along = places.flatMap(({text, number}, position) => {
      const found = groups.find(({key}) => key === text);
      return found ? [{...found, text, x: view.isNumeric(axis) ? number : position}] : [];
    });
    return {name, points: along, knee: view.isNumeric(axis) ? knee(along.map(({x, mean}) => [x, mean]), axis.logarithmic) : null};
  };
  if (group === null) return [curve(view.metric.name, numbers)];
  return view.places(group).map(({text}) =>
    curve(`${group.name} ${text}`, numbers.filter((i) => points[i].coordinates[group.i].text === text)));
}

function curveOption(view, axis, curves) {
  const colours = palette().series;
  const numeric = view.isNumeric(axis);
  return {
    grid: {left: 8, right: 24, top: 56, bottom: 48, containLabel: true},
    legend: {},
    dataZoom: zoom(),
    xAxis: {
      type: !numeric ? "category" : axis.logarithmic ? "log" : "value", name: `${axis.name} ${axis.unit ? `(${axis.unit})` : ""}`,
      nameLocation: "middle", nameGap: 28, scale: true, data: numeric ? undefined : view.places(axis).map(({text}) => text),
      logBase: 2, axisLabel: {formatter: numeric ? (x) => tick(x, axis.unit || "places") : undefined},
    },
    yAxis: {type: "value", scale: true, axisLabel: {formatter: (value) => view.tick(value)}, name: view.metric.name, nameTextStyle: {align: "left"}},
    tooltip: {
      trigger: "item",
      formatter: ({seriesIndex, dataIndex}) => {
        const {name, points, knee: bend} = curves[seriesIndex];
        const at = points[dataIndex];
        const rows = [[colours[seriesIndex % colours.length], view.metric.name, view.show(at.mean)]];
        if (at.n > 1) rows.push([null, `of ${at.n} points`, `${view.show(at.min)} to ${view.show(at.max)}`]);
        return hint(`${name}, ${axis.name} ${at.text}`, rows, bend === dataIndex ? "The knee of this curve." : null);
      },
    },
    series: curves.map(({name, points, knee: bend}) => ({
      type: "line", name, symbolSize: 8, symbol: "circle", lineStyle: {width: 2}, data: points.map(({x, mean}) => [x, mean]),
      markPoint: bend === null ? undefined : {
        symbol: "circle", symbolSize: 18, itemStyle: {color: "transparent", borderColor: palette().text, borderWidth: 1.5},
        label: {show: true, formatter: "knee", position: "top", color: palette().text},
        data: [{coord: [points[bend].x, points[bend].mean]}], silent: true,
      },
    })),
  };
}

export function curvesSection(page, view) {
  if (view.axes().length === 0) return;
  const places = (one) => (view.isNumeric(one) ? view.places(one).length : 0);
  let axis = view.axes().reduce((most, one) => (places(one) > places(most) ? one : most));
  const others = effects(view.sweep, view.metric).filter(({name}) => name !== axis.name);
  let group = others.map(({name}) => view.axisCalled(name)).find((one) => one !== null) ?? null;
  const fixed = {};
  const node = section(page, "curves", ["Curves", "The metric along an axis"],
    "Other axes are averaged, unless fixed. The knee is where a curve bends most: the point farthest from the line between its ends; a curve that moves by less than 1 % has none.");
  const controls = element("div", {class: "controls"});
  node.append(controls);
  const curves = () => curvesAlong(view, axis, group, fixed);
  const chart = new Chart(node, "Metric along an axis", 420, () => curveOption(view, axis, curves()));
  const knees = element("div");
  node.append(knees);
  const drawAll = () => {
    chart.draw();
    knees.replaceChildren(table("knees", [
      ["Curve", ({name}) => name], ["Knee at", (row) => row.at, (text) => text], [`${view.metric.name} there`, (row) => row.there, (value) => view.show(value)],
      ["at the last point", (row) => row.last, (value) => view.show(value)],
    ], curves().map(({name, points, knee: bend}) => ({
      name, at: bend === null ? null : points[bend].text, there: bend === null ? null : points[bend].mean,
      last: points.length === 0 ? null : points[points.length - 1].mean,
    })), {rows: 12}));
  };
  const fill = () => {
    const names = view.axes().map(({name}) => name);
    if (group?.name === axis.name) group = null;
    controls.replaceChildren(
      choice("Along", names, axis.name, (name) => { axis = view.axisCalled(name); fill(); }),
      choice("A curve for each", [none, ...view.axes(axis.name).map(({name}) => name)], group?.name ?? none,
        (name) => { group = view.axisCalled(name); fill(); }),
      ...view.axes(axis.name, group?.name).map((other) => choice(other.name,
        [every, ...view.places(other).map(({text}) => text)], fixed[other.name] ?? every,
        (text) => { fixed[other.name] = text; drawAll(); })));
    delete fixed[axis.name];
    if (group !== null) delete fixed[group.name];
    drawAll();
  };
  view.listeners.push(drawAll);
  fill();
}

function heatOption(view, x, y, width) {
  const {points} = view.sweep;
  const cells = byKey(points.map(({coordinates}) => JSON.stringify([coordinates[x.i].text, coordinates[y.i].text])), view.metric.values);
  const columns = view.places(x).map(({text}) => text);
  const rows = view.places(y).map(({text}) => text);
  const {grid, label} = namedRows(rows, 300, width);
  const means = cells.map(({mean}) => mean);
  const {better} = view.metric;
  const colours = palette().map;
  const [least, most] = [Math.min(...means), Math.max(...means)];
  return {
    grid: {...grid, right: 8, top: 48, bottom: 52},
    legend: null,
    xAxis: {type: "category", data: columns, name: x.name, nameLocation: "middle", nameGap: 28, splitLine: {show: false}},
    yAxis: {type: "category", data: rows, name: y.name, nameTextStyle: {align: "left"}, splitLine: {show: false}, axisLabel: label},
    visualMap: {
      min: least, max: most, calculable: true, orient: "horizontal", right: 0, top: 0, itemHeight: 180, itemWidth: 12,
      formatter: (value) => view.show(value), textStyle: {color: palette().text},
      inRange: {color: better === "higher" ? [...colours].reverse() : colours},
    },
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

export function heatSection(page, view) {
  if (view.axes().length < 2) return;
  let [x, y] = view.axes();
  const node = section(page, "heat", ["Heat map", "The metric over two axes"], "");
  const lead = node.querySelector(".lead");
  const explain = () => {
    lead.textContent = `Means over all other axes. The stronger the colour, the ${view.metric.better === "neither" ? "higher" : "worse"}.`;
  };
  const height = () => 110 + 34 * view.places(y).length;
  const chart = new Chart(node, "Metric over two axes", height(), (width) => heatOption(view, x, y, width));
  const controls = element("div", {class: "controls"});
  chart.node.before(controls);
  const fill = () => {
    controls.replaceChildren(
      choice("Across", view.axes(y.name).map(({name}) => name), x.name, (name) => { x = view.axisCalled(name); fill(); }),
      choice("Up", view.axes(x.name).map(({name}) => name), y.name, (name) => { y = view.axisCalled(name); fill(); }));
    chart.draw(height());
  };
  view.listeners.push(() => { explain(); chart.draw(); });
  explain();
  fill();
}

/// [{name, effect}] of each axis on a metric, the strongest first.
export function effects(sweep, metric) {
  return sweep.axes.map((axis, a) => ({
    name: axis.name, effect: etaSquared(sweep.points.map(({coordinates}) => coordinates[a].text), metric.values),
  })).sort((a, b) => (b.effect ?? -1) - (a.effect ?? -1));
}

export function rankingSection(page, view) {
  const {sweep} = view;
  const node = section(page, "ranking", ["Ranking", "What matters"],
    "Which share of a metric's variance the means along an axis explain (eta squared). Axes that act only together don't add up to 100 %.");
  const option = (width) => {
    const ranked = effects(sweep, view.metric);
    const {grid, label} = namedRows(ranked.map(({name}) => name), 320, width);
    return {
      grid,
      legend: null,
      xAxis: {type: "value", min: 0, max: 1, axisLabel: {formatter: (part) => `${100 * part} %`}},
      yAxis: {type: "category", inverse: true, data: ranked.map(({name}) => name), axisTick: {show: false}, axisLabel: label},
      tooltip: {formatter: ({name, value}) => hint(name, [[null, `of the variance of ${view.metric.name}`, share(value)]])},
      series: [{
        type: "bar", data: ranked.map(({effect}) => effect ?? 0), itemStyle: {color: palette().service}, barMaxWidth: 22,
        label: {show: true, position: "right", color: palette().text, formatter: ({value}) => share(value)},
      }],
    };
  };
  const chart = new Chart(node, "Effect of each axis", 40 + 34 * sweep.axes.length, option);
  view.listeners.push(() => chart.draw());
  chart.draw();
  const apart = (value, {unit, least, most}) => quantity(value, unit, digitsFor([least, most]));
  node.append(table("effects", [
    ["Metric", ({name}) => name], ["Least", (row) => row.least, apart],
    ["Most", (row) => row.most, apart], ["Strongest axis", ({strongest}) => strongest.name],
    ["Its effect", ({strongest}) => strongest.effect, share], ["What", ({help}) => help],
  ], sweep.metrics.map((metric) => {
    const values = metric.values.filter((value) => value !== null);
    return {...metric, least: Math.min(...values), most: Math.max(...values), strongest: effects(sweep, metric)[0]};
  }), {search: "Search metrics", rows: 12}));
}

