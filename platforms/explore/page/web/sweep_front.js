// What is worth its cost: the points that no other beats.
import {paretoFront} from "./analysis.js";
import {Chart, hint, zoom} from "./chart.js";
import {element, section} from "./dom.js";
import {picker} from "./picker.js";
import {lowerIsBetter, numberOf} from "./sweep_data.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {plain, tick} from "./units.js";

const logarithmicFrom = 100; // the ratio of costs from which their axis is
const cacheUnit = "entries"; // what sizes are counted in, as parameters say themselves

/// The sum of chosen costs at each point.
export function costOf(costs, points) {
  return points.map((_, i) => costs.reduce((sum, {values}) => sum + values[i], 0));
}

/// [cost, value] of each point; null where it has another workload or no value.
function pointsOf(view, cost) {
  const members = new Set(view.members);
  return view.sweep.points.map((_, i) => [cost[i], members.has(i) ? view.metric.values[i] : null]);
}

function frontOption(view, cost, unit) {
  const {metric} = view;
  const points = pointsOf(view, cost);
  const front = paretoFront(points, {lowerY: lowerIsBetter(metric)});
  const {mark, soft} = palette();
  const known = cost.filter((sum, i) => points[i][1] !== null);
  const wide = Math.min(...known) > 0 && Math.max(...known) >= logarithmicFrom * Math.min(...known);
  const others = points.map((_, i) => i).filter((i) => points[i][1] !== null && !front.includes(i));
  const about = (i) => hint(view.nameOf(i), [[null, "cost", `${plain(cost[i])} ${unit}`], [null, metric.name, view.show(metric.values[i])]],
    front.includes(i) ? "On the front: nothing is better at this cost." : null);
  return {
    grid: {left: 8, right: 24, top: 56, bottom: 48, containLabel: true},
    legend: {},
    dataZoom: zoom(),
    xAxis: {type: wide ? "log" : "value", scale: true, name: `cost (${unit})`, nameLocation: "middle", nameGap: 28, axisLabel: {formatter: (value) => tick(value, unit)}},
    yAxis: {type: "value", scale: true, name: metric.name, nameTextStyle: {align: "left"}, axisLabel: {formatter: (value) => view.tick(value)}},
    tooltip: {trigger: "item", formatter: ({data}) => about(data.value[2])},
    series: [
      {
        type: "scatter", name: "other points", symbolSize: 8, itemStyle: {color: soft, opacity: 0.7},
        data: others.map((i) => ({value: [...points[i], i]})),
      },
      {
        type: "line", name: "front", step: "end", symbol: "circle", symbolSize: 10, itemStyle: {color: mark}, lineStyle: {color: mark, width: 2},
        data: front.map((i) => ({value: [...points[i], i]})),
      },
    ],
  };
}

export function frontSection(page, view) {
  const costs = view.costs();
  if (costs.length === 0) return;
  const sizes = costs.filter(({unit}) => unit === cacheUnit);
  const picked = new Set(sizes.map(({name}) => name));
  const chosen = () => costs.filter(({name}) => picked.has(name));
  const unit = () => {
    const units = new Set(chosen().map((cost) => cost.unit));
    return units.size === 1 ? [...units][0] || "as set" : "sum of what was chosen";
  };
  const cost = () => costOf(chosen(), view.sweep.points);
  const node = section(page, "front", ["Pareto front", "What is worth its cost"],
    "The cost is the sum of the chosen parameters. A point is on the front when none that costs no more is as good.");
  const question = element("p", {class: "question"},
    `No axis or parameter that varies is counted in ${cacheUnit}: choose above what a point costs.`);
  const list = element("div");
  const chart = new Chart(node, "Pareto front", 400, () => frontOption(view, cost(), unit()));
  const drawAll = () => {
    question.hidden = picked.size > 0;
    chart.node.hidden = picked.size === 0;
    list.hidden = picked.size === 0;
    if (picked.size === 0) return;
    chart.draw();
    const {metric} = view;
    const sums = cost();
    const front = paretoFront(pointsOf(view, sums), {lowerY: lowerIsBetter(metric)});
    list.replaceChildren(table("front", [
      ["Point", ({i}) => numberOf(i), String], ["Cost", ({sum}) => sum, plain],
      [metric.name, ({value}) => value, (value) => view.show(value)], ["Where", ({where}) => where],
    ], front.map((i) => ({i, sum: sums[i], value: metric.values[i], where: view.placeOf(i)})), {rows: 20}));
  };
  chart.node.before(question);
  question.before(element("div", {class: "controls"},
    picker("Cost", costs.map(({name, unit: of}) => ({name, note: of})), picked, drawAll)));
  node.append(list);
  view.listeners.push(drawAll);
  drawAll();
}
