// Why the slowest MSIs were slow.
import {Chart, hint, namedRows} from "./chart.js";
import {element, section} from "./dom.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {count, duration, share} from "./units.js";

const mostCauses = 12;

function causeOption(causes, width) {
  const {grid, label} = namedRows(causes.map(({text}) => text), 420, width);
  return {
    grid,
    legend: null,
    xAxis: {type: "value", min: 0, axisLabel: {formatter: (part) => `${Number((100 * part).toPrecision(3))} %`}},
    yAxis: {
      type: "category", inverse: true, axisTick: {show: false}, data: causes.map(({text}) => text),
      axisLabel: {...label, overflow: "break", lineHeight: 14},
    },
    tooltip: {
      trigger: "axis", axisPointer: {type: "shadow"},
      formatter: (shown) => {
        const cause = causes[shown[0].dataIndex];
        return hint(cause.text, [[null, "of the time above the median", share(cause.share)],
          [null, "time in slow MSIs", duration(cause.time)], [null, "times", count(cause.count)]]);
      },
    },
    series: [{
      type: "bar", data: causes.map((cause) => cause.share), itemStyle: {color: palette().waiting},
      label: {show: true, position: "right", color: palette().text, formatter: ({value}) => share(value)},
    }],
  };
}

/// The road of one MSI as a row of segments.
function road(msi) {
  const node = element("div", {class: "road"});
  for (const {text, waiting, time} of msi.spans) {
    node.append(element("i", {
      class: waiting ? "waiting" : "service", title: `${text}: ${duration(time)}`,
      style: `flex-grow:${time / msi.end_to_end}`,
    }));
  }
  return node;
}

export function explainSection(page, run) {
  const explain = run.explain;
  if (!explain || explain.slowest.length === 0) return;
  const node = section(page, "explain", ["Causes", "Why slow MSIs were slow"],
    `What the ${count(explain.slow.count)} MSIs above the median waited for, and how much more than the others.`);
  const causes = explain.causes.filter((cause) => cause.share > 0).slice(0, mostCauses);
  if (causes.length > 0) {
    new Chart(node, "Causes of the time above the median", 40 + 34 * causes.length, (width) => causeOption(causes, width)).draw();
  }
  const most = (msi) => msi.spans.reduce((a, b) => (b.time > a.time ? b : a), {time: 0, text: "\u2013"});
  node.append(element("h3", {}, "The slowest"), table("slowest", [
    ["MSI", ({number}) => number, count], ["Whose", (msi) => msi.name],
    ["End to end", (msi) => msi.end_to_end, duration],
    ["Road", (msi) => msi, (msi) => road(msi)],
    ["Longest stretch", (msi) => most(msi).text, (text, msi) => `${text}: ${duration(most(msi).time)}`],
  ], explain.slowest, {rows: 20}));
}
