// A metric along an axis of a sweep: curves with their knees.
import {byKey} from "./analysis.js";
import {Chart, hint, zoom} from "./chart.js";
import {closedLoopNote} from "./closed_loop.js";
import {choice, element, section} from "./dom.js";
import {knee} from "./knee.js";
import {cloudOption} from "./sweep_cloud.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {tick} from "./units.js";

const none = "\u2013 none \u2013";
const every = "\u2013 mean of all \u2013";

/// The points that the fixed places of other axes leave: their numbers.
function selected(view, axes, fixed) {
  const {points} = view.sweep;
  return view.pointsAlong(...axes).filter((i) => view.metric.values[i] !== null && view.sweep.axes.every((axis, a) =>
    (fixed[axis.name] ?? every) === every || points[i].coordinates[a].text === fixed[axis.name]));
}

/// The variance of the metric among repeats of the same point; null without repeats.
function repeatVariance(view, members) {
  const {points, axes} = view.sweep;
  if (!axes.some((axis) => axis.is_repeat)) return null;
  const keys = members.map((i) => JSON.stringify(points[i].coordinates.filter((_, a) => !axes[a].is_repeat).map(({text}) => text)));
  const means = new Map(byKey(keys, members.map((i) => view.metric.values[i])).map(({key, mean}) => [key, mean]));
  const sum = members.reduce((all, i, row) => all + (view.metric.values[i] - means.get(keys[row])) ** 2, 0);
  return members.length > means.size ? sum / (members.length - means.size) : null;
}

/// [{name, members: numbers of points}] for each place on `group`, or of all points.
export function groupsAlong(view, axis, group, fixed) {
  const numbers = selected(view, [axis, group], fixed);
  if (group === null) return [{name: view.metric.name, members: numbers}];
  return view.places(group).map(({text}) => ({
    name: `${group.name} ${text}`, members: numbers.filter((i) => view.sweep.points[i].coordinates[group.i].text === text),
  }));
}

/// [{name, points: [{x, text, mean, min, max, n}], knee}] along an axis, one for each place on `group`.
export function curvesAlong(view, axis, group, fixed) {
  const {points} = view.sweep;
  const places = view.places(axis);
  return groupsAlong(view, axis, group, fixed).map(({name, members}) => {
    const groups = byKey(members.map((i) => points[i].coordinates[axis.i].text), members.map((i) => view.metric.values[i]));
    const along = places.flatMap(({text, number}, position) => {
      const found = groups.find(({key}) => key === text);
      return found ? [{...found, text, x: view.isNumeric(axis) ? number : position}] : [];
    });
    const variance = repeatVariance(view, members);
    const error = variance === null ? null : Math.sqrt(variance / Math.min(...along.map(({n}) => n)));
    return {name, points: along, knee: view.isNumeric(axis) ? knee(along.map(({x, mean}) => [x, mean]), axis.logarithmic, error) : null};
  });
}

/// How the axis of a chart looks on which an axis of the sweep is.
export function placesOption(view, axis) {
  const numeric = view.isNumeric(axis);
  return {
    type: !numeric ? "category" : axis.logarithmic ? "log" : "value", name: `${axis.name} ${axis.unit ? `(${axis.unit})` : ""}`,
    nameLocation: "middle", nameGap: 28, scale: true, data: numeric ? undefined : view.places(axis).map(({text}) => text),
    logBase: 2, axisLabel: {formatter: numeric ? (x) => tick(x, axis.unit || "places") : undefined},
  };
}

function curveOption(view, axis, curves) {
  const colours = palette().series;
  return {
    grid: {left: 8, right: 24, top: 56, bottom: 48, containLabel: true},
    legend: {},
    dataZoom: zoom(),
    xAxis: placesOption(view, axis),
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

function kneesTable(view, curves) {
  return table("knees", [
    ["Curve", ({name}) => name], ["Knee at", (row) => row.at, (text) => text], [`${view.metric.name} there`, (row) => row.there, (value) => view.show(value)],
    ["at the last point", (row) => row.last, (value) => view.show(value)],
  ], curves.map(({name, points, knee: bend}) => ({
    name, at: bend === null ? null : points[bend].text, there: bend === null ? null : points[bend].mean,
    last: points.length === 0 ? null : points[points.length - 1].mean,
  })), {rows: 12});
}

const curveLeads = {
  curves: "Other axes are averaged, unless fixed. The knee is where a curve bends most: the point farthest from the line between its ends. "
    + "A curve that moves by less than 1 %, or bends no more than its repeats or neighbours scatter, has none.",
  cloud: "Each dot is a point of the sample. The line is their trend; how far it moves, against how far the dots do, is the effect of the axis.",
};

/// The axes that the reader sees first: along the one with most numbers, or of a sample the one that
/// matters most; a curve for each place of the next that matters.
function firstAxes(view) {
  const axes = view.curveAxes();
  const places = (one) => (view.isNumeric(one) ? view.places(one).length : 0);
  const ranked = (view.effectsOn(view.metric)?.axes ?? []).map(({name}) => axes.find((axis) => axis.name === name)).filter((axis) => axis);
  const along = view.sampled.size > 0 && ranked.length > 0 ? ranked[0] : axes.reduce((most, one) => (places(one) > places(most) ? one : most));
  const group = ranked.find((one) => one.name !== along.name && !view.isSampled(one)) ?? null;
  return {axis: along, group};
}

export function curvesSection(page, view) {
  if (view.curveAxes().length === 0) return;
  let {axis, group} = firstAxes(view);
  let fixed = {};
  const node = section(page, "curves", ["Curves", "The metric along an axis"], "");
  const lead = node.querySelector(".lead");
  const controls = element("div", {class: "controls"});
  node.append(controls);
  const cloud = () => view.isSampled(axis);
  const chart = new Chart(node, "Metric along an axis", 420, () => (cloud()
    ? cloudOption(view, axis, groupsAlong(view, axis, group, fixed), placesOption(view, axis))
    : curveOption(view, axis, curvesAlong(view, axis, group, fixed))));
  const note = element("p", {class: "note closed-loop"});
  const knees = element("div");
  node.append(note, knees);
  const drawAll = () => {
    lead.textContent = cloud() ? curveLeads.cloud : curveLeads.curves;
    chart.draw();
    note.textContent = closedLoopNote(view, axis) ?? "";
    knees.replaceChildren(...(cloud() ? [] : [kneesTable(view, curvesAlong(view, axis, group, fixed))]));
  };
  // Which of the hundred places a sampled axis is at selects next to no point.
  const few = (...others) => view.curveAxes(...others).filter((one) => !view.isSampled(one));
  const fill = () => {
    if (group?.name === axis.name) group = null;
    fixed = Object.fromEntries(Object.entries(fixed).filter(([name]) => name !== axis.name && name !== group?.name));
    controls.replaceChildren(
      choice("Along", view.curveAxes().map(({name}) => name), axis.name, (name) => { axis = view.axisCalled(name); fill(); }),
      choice("A curve for each", [none, ...few(axis.name).map(({name}) => name)], group?.name ?? none,
        (name) => { group = view.axisCalled(name); fill(); }),
      ...few(axis.name, group?.name).filter((other) => !view.tellsWorkloadsApart(other)).map((other) => choice(other.name,
        [every, ...view.places(other).map(({text}) => text)], fixed[other.name] ?? every,
        (text) => { fixed[other.name] = text; drawAll(); })));
    drawAll();
  };
  let {workload} = view;
  view.listeners.push(() => {
    if (workload === view.workload) return drawAll();
    workload = view.workload;
    ({axis, group} = view.curveAxes().length > 0 ? firstAxes(view) : {axis, group: null});
    fixed = {};
    return fill();
  });
  fill();
}
