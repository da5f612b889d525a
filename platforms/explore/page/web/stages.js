// Where an MSI's time goes: waiting and service of each stage.
import {Chart, hint, namedRows} from "./chart.js";
import {choice, element, section} from "./dom.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {duration, share} from "./units.js";

const mean = "mean";
const measures = [[mean, "mean, one after the other"], ["p50", "p50"], ["p90", "p90"], ["p99", "p99"], ["max", "max"]];

/// Of an MSI: a stage that not all of them enter takes its part of the mean.
function timeOf(distribution, measure, messages) {
  if (measure === mean) return messages === 0 ? 0 : distribution.sum / messages;
  return distribution[measure] ?? 0;
}

function stageHint(stage) {
  const {waiting, service} = palette();
  const row = (colour, name, values) => [colour, name,
    values.count === 0 ? "\u2013" : ["p50", "p99", "max"].map((key) => `${key} ${duration(values[key])}`).join(", ")];
  return hint(`${stage.name}: ${share(stage.share)} of all time`,
    [row(waiting, "waiting", stage.waiting), row(service, "service", stage.service)], stage.help);
}

function stageOption(stages, measure, messages, width) {
  const {waiting, service} = palette();
  const waits = stages.map((stage) => timeOf(stage.waiting, measure, messages));
  const serves = stages.map((stage) => timeOf(stage.service, measure, messages));
  let before = 0;
  const starts = stages.map((_, i) => {
    const start = before;
    if (measure === mean) before += waits[i] + serves[i];
    return start;
  });
  const {grid, label} = namedRows(stages.map(({name}) => name), 300, width);
  const bars = {type: "bar", stack: "time", barCategoryGap: "28%"};
  return {
    grid: {...grid, top: 34},
    legend: {data: ["waiting", "service"]},
    xAxis: {type: "value", axisLabel: {formatter: duration}, position: "bottom"},
    yAxis: {type: "category", inverse: true, data: stages.map((stage) => stage.name), axisTick: {show: false}, axisLabel: label},
    tooltip: {trigger: "axis", axisPointer: {type: "shadow"}, formatter: (shown) => stageHint(stages[shown[0].dataIndex])},
    series: [
      {...bars, name: "before", silent: true, itemStyle: {color: "transparent"}, data: starts},
      {...bars, name: "waiting", itemStyle: {color: waiting}, data: waits},
      {
        ...bars, name: "service", itemStyle: {color: service}, data: serves,
        label: {
          show: true, position: "right", color: palette().soft,
          formatter: ({dataIndex: i}) => duration(waits[i] + serves[i]),
        },
      },
    ],
  };
}

function stageTable(stages) {
  const columns = [["Stage", (stage) => stage.name], ["Share", (stage) => stage.share, share]];
  for (const part of ["waiting", "service"]) {
    for (const measure of ["p50", "p99", "max"]) {
      columns.push([`${part} ${measure}`, (stage) => stage[part][measure] ?? null, duration]);
    }
  }
  return table("stages", columns, stages);
}

export function stagesSection(page, run) {
  if (run.stages.length === 0) return;
  let measure = mean;
  const node = section(page, "stages", ["Stages", "Where the time of an MSI goes"],
    "From the function's decision to send it to the processor's acknowledge. Quantiles of stages don't add up to those of the whole.");
  const chart = new Chart(node, "Time of an MSI by stage", 60 + 30 * run.stages.length,
    (width) => stageOption(run.stages, measure, run.end_to_end.count, width));
  chart.node.before(element("div", {class: "controls"},
    choice("Shown", measures, measure, (value) => { measure = value; chart.draw(); })));
  node.append(stageTable(run.stages));
  chart.draw();
}
