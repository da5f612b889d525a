// Latency distributions, cumulated, on a logarithmic axis.
import {Chart, hint, zoom} from "./chart.js";
import {cumulated, shareAt} from "./curves.js";
import {choice, element, section} from "./dom.js";
import {picker} from "./picker.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {count, duration, share} from "./units.js";

/// Of each power of ten in a range: 1 alone when that is enough, or 1, 2 and 5, or all.
function roundTimes(from, to) {
  const range = to / from;
  const steps = range > 1e5 ? [1] : range > 20 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const times = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    times.push(...steps.map((step) => step * power).filter((time) => time >= from && time <= to));
  }
  return times;
}

function distributionOption(distributions, tail) {
  const curves = distributions.map((distribution) => ({distribution, points: cumulated(distribution)}));
  const shown = (points) => tail
    ? points.map(([time, part]) => [time, 1 - part]).filter(([, part]) => part > 0)
    : points;
  const colours = palette().series;
  const from = Math.min(...curves.map(({points}) => points[0][0])) * 0.95;
  const to = Math.max(...curves.map(({points}) => points[points.length - 1][0])) * 1.05;
  const customValues = curves.length === 0 ? [] : roundTimes(from, to);
  return {
    grid: {left: 8, right: 24, top: 48, bottom: 44, containLabel: true},
    legend: {},
    dataZoom: zoom(),
    xAxis: {
      type: "log", min: from, max: to, name: "latency", nameLocation: "middle", nameGap: 26,
      axisLabel: {formatter: (time) => duration(Number(time.toPrecision(3))), customValues}, axisTick: {customValues},
    },
    yAxis: {
      type: tail ? "log" : "value", max: 1, min: tail ? undefined : 0,
      axisLabel: {formatter: (part) => `${Number((100 * part).toPrecision(3))} %`},
      name: tail ? "MSIs above it" : "MSIs not above it", nameTextStyle: {align: "left"}, nameGap: 8,
      nameLocation: "end",
    },
    tooltip: {
      trigger: "axis", axisPointer: {type: "line", snap: false},
      formatter: (shownAt) => hint(`${tail ? "above" : "not above"} ${duration(shownAt[0].axisValue)}`,
        shownAt.map(({seriesName}) => {
          const i = distributions.findIndex(({name}) => name === seriesName);
          const part = shareAt(curves[i].points, shownAt[0].axisValue);
          return [colours[i % colours.length], seriesName, share(tail ? 1 - part : part)];
        })),
    },
    series: curves.map(({distribution, points}) => ({
      type: "line", name: distribution.name, step: "end", showSymbol: false, symbol: "circle",
      lineStyle: {width: distribution.group === "all MSIs" ? 3 : 1.8}, data: shown(points),
    })),
  };
}

function distributionTable(distributions) {
  const columns = [["Distribution", ({name}) => name], ["MSIs", (row) => row.count, count], ["mean", (row) => row.mean, duration]];
  for (const measure of ["min", "p50", "p90", "p99", "p99.9", "max"]) {
    columns.push([measure, (row) => row[measure], duration]);
  }
  return table("distributions", columns, distributions, {search: "Search streams and vectors", rows: 12});
}

export function distributionsSection(page, run) {
  const all = run.distributions;
  if (all.length === 0) return;
  const first = all.filter(({group}) => group === "all MSIs" || group === "stream").slice(0, 5);
  const picked = new Set(first.concat(all.filter(({group}) => group === "vector").slice(0, 6 - first.length))
    .map(({name}) => name));
  let tail = false;
  const node = section(page, "distributions", ["Latency", "Distribution of latency"],
    "How many MSIs took no longer than a time. Streams and vectors come with the slowest first.");
  const chart = new Chart(node, "Distribution of latency", 400,
    () => distributionOption(all.filter(({name}) => picked.has(name)), tail));
  chart.node.before(element("div", {class: "controls"},
    choice("Shown", [["all", "MSIs not above a time"], ["tail", "MSIs above a time, logarithmic"]], "all",
      (value) => { tail = value === "tail"; chart.draw(); }),
    picker("Curves", all.map(({name, count: n}) => ({name, note: count(n)})), picked, () => chart.draw())));
  node.append(distributionTable(all.filter(({group}) => group !== "stage")));
  chart.draw();
}
