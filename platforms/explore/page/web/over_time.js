// Levels and sums over time, one panel for each kind of statistic.
import {Chart, hint, zoom} from "./chart.js";
import {levels} from "./curves.js";
import {choice, element, section} from "./dom.js";
import {picker} from "./picker.js";
import {palette} from "./theme.js";
import {duration, quantity, share, tick} from "./units.js";

const group = "over time";

const panels = [
  {kind: "time_series", title: "Throughput", first: 1},
  {kind: "queue", title: "Queue depths", first: 5},
  {kind: "server", title: "Places in use", first: 5},
  {kind: "gauge", title: "Credits and other levels", first: 4},
];

/// What all paths begin with, up to a dot: it is left out on the charts.
function commonPrefix(paths) {
  let prefix = paths[0] ?? "";
  for (const path of paths) {
    while (!path.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return paths.length < 2 ? "" : prefix.slice(0, prefix.lastIndexOf(".") + 1);
}

function unitOf(series, relative) {
  if (series.kind === "time_series") return series.unit === "bytes" ? "bytes/s" : "1/s";
  return relative ? "" : series.kind === "server" ? "places" : series.unit;
}

function levelOption(shown, prefix, end, relative) {
  const unit = shown.length === 0 ? "" : unitOf(shown[0], relative);
  const colours = palette().series;
  return {
    grid: {left: 8, right: 30, top: 36, bottom: 30, containLabel: true},
    legend: {},
    dataZoom: zoom(),
    xAxis: {type: "value", min: 0, max: end, axisLabel: {formatter: duration}, splitLine: {show: false}},
    yAxis: {type: "value", min: 0, axisLabel: {formatter: (value) => tick(value, unit)}},
    tooltip: {
      trigger: "axis",
      formatter: (at) => hint(`at ${duration(at[0].axisValue)}`, at.map(({seriesName, value}) => {
        const i = shown.findIndex(({path}) => path.slice(prefix.length) === seriesName);
        const text = relative ? share(value[1]) : quantity(value[1], unitOf(shown[i], relative));
        return [colours[i % colours.length], seriesName, text];
      })),
    },
    series: shown.map((series) => ({
      type: "line", name: series.path.slice(prefix.length), step: "end", showSymbol: false, symbol: "circle", lineStyle: {width: 1.6},
      data: levels(series, end, relative),
    })),
  };
}

function panel(parent, {title, first}, all, end) {
  const picked = new Set(all.slice(0, first).map(({path}) => path));
  const prefix = commonPrefix(all.map(({path}) => path));
  let relative = false;
  const box = element("div", {class: "panel"}, element("h3", {}, title));
  parent.append(box);
  const chart = new Chart(box, `${title} over time`, 270,
    () => levelOption(all.filter(({path}) => picked.has(path)), prefix, end, relative));
  const controls = element("div", {class: "controls"},
    picker("Series", all.map(({path, help}) => ({name: path, note: help})), picked, () => chart.draw()));
  if (all.every(({capacity, kind}) => kind === "server" && capacity > 0)) {
    controls.prepend(choice("Shown", [["places", "places in use"], ["share", "share of all places"]], "places",
      (value) => { relative = value === "share"; chart.draw(); }));
  }
  chart.node.before(controls);
  chart.draw();
  chart.echart.group = group;
}

export function overTimeSection(page, run) {
  if (run.over_time.length === 0 || run.totals.measured === 0) return;
  const grid = element("div", {class: "grid"});
  section(page, "over-time", ["Over time", "Over time"],
    "The mean of each stretch of time, from the start of the measured region. Charts zoom together. The most active come first in each list.",
    grid);
  for (const one of panels) {
    const all = run.over_time.filter(({kind}) => kind === one.kind);
    if (all.length > 0) panel(grid, one, all, run.totals.measured);
  }
  echarts.connect(group);
}
