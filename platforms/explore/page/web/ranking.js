// Which axes of a sweep matter for a metric.
import {Chart, hint, namedRows} from "./chart.js";
import {element, section} from "./dom.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {digitsFor, quantity, share} from "./units.js";
import {effectText, verdict} from "./verdict.js";

const rankingLeads = {
  exact: "Which share of a metric's variance the means along an axis explain (eta squared). What axes do only together is in none.",
  base: "The variance of the metric along each axis from the base of the plan, as a share of their sum. What axes do together isn't seen.",
  sampled: "Which share of a metric's variance each axis explains by itself, estimated from the sample, with the interval that holds it "
    + "(for all axes of a metric at once, in 95 samples of 100). What axes do only together is in none.",
};

const axisText = ({name, zipped}) => [name, ...zipped].join(" with ");

/// A line from the lower end of an effect's interval to the upper.
function interval(params, api) {
  const [from, to] = [api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)])];
  const line = (x1, y1, x2, y2) => ({type: "line", shape: {x1, y1, x2, y2}, style: {stroke: api.visual("color"), lineWidth: 1.5}});
  const bar = ([x, y]) => line(x, y - 5, x, y + 5);
  return {type: "group", children: [line(...from, ...to), bar(from), bar(to)]};
}

function rankingOption(view, axes, width) {
  const {service, text} = palette();
  const {grid, label} = namedRows(axes.map(axisText), 320, width);
  const names = axes.map(axisText);
  const estimated = axes.some(({exact}) => !exact);
  return {
    grid: {...grid, right: estimated ? 240 : 96},
    legend: null,
    xAxis: {type: "value", min: 0, max: 1, axisLabel: {formatter: (part) => `${100 * part} %`}},
    yAxis: {type: "category", inverse: true, data: names, axisTick: {show: false}, axisLabel: label},
    tooltip: {formatter: ({dataIndex}) => hint(names[dataIndex], [[null, `of the variance of ${view.metric.name}`, effectText(axes[dataIndex])]])},
    series: [
      {
        type: "bar", barMaxWidth: 22,
        data: axes.map(({effect}) => effect ?? 0), itemStyle: {color: ({dataIndex}) => (axes[dataIndex].found ? service : `${service}40`)},
        label: {show: !estimated, position: "right", color: text, formatter: ({value}) => share(value)},
      },
      ...(estimated ? [
        {type: "custom", renderItem: interval, itemStyle: {color: text}, silent: true, z: 3, data: axes.map(({low, high}, row) => [row, low, high]), encode: {x: [1, 2], y: 0}},
        {
          type: "scatter", symbolSize: 1, silent: true, data: axes.map(({high}, row) => [high, row]), clip: false,
          label: {show: true, position: "right", color: text, formatter: ({dataIndex}) => effectText(axes[dataIndex])}, itemStyle: {color: "transparent"},
        },
      ] : []),
    ],
  };
}

/// Every metric that varies, with the axis that moves it most.
function effectsTable(view) {
  const apart = (value, {unit, least, most}) => quantity(value, unit, digitsFor([least, most]));
  const rows = view.sweep.metrics.flatMap((metric) => {
    const result = view.effectsOn(metric);
    if (result === null) return [];
    const values = view.valuesOf(metric).filter((value) => value !== null);
    const first = result.axes[0] ?? null;
    return [{...metric, least: Math.min(...values), most: Math.max(...values), strongest: first?.found ? first : null}];
  });
  return table("effects", [
    ["Metric", ({name}) => name], ["Least", (row) => row.least, apart],
    ["Most", (row) => row.most, apart], ["Strongest axis", ({strongest}) => (strongest === null ? "none told from noise" : axisText(strongest))],
    ["Its effect", ({strongest}) => strongest?.effect, (_, {strongest}) => effectText(strongest)], ["What", ({help}) => help],
  ], rows, {search: "Search metrics", rows: 12});
}

export function rankingSection(page, view) {
  const node = section(page, "ranking", ["Ranking", "What matters"], "");
  const lead = node.querySelector(".lead");
  const result = () => view.effectsOn(view.metric) ?? {count: null, left: 0, together: [], axes: [], base: false};
  const chart = new Chart(node, "Effect of each axis", 100, (width) => rankingOption(view, result().axes, width));
  const sentences = element("div", {class: "verdict"});
  const list = element("div");
  node.append(sentences, list);
  let workload = null;
  const fill = () => {
    const found = result();
    lead.textContent = rankingLeads[found.count !== null ? "sampled" : found.base ? "base" : "exact"];
    sentences.replaceChildren(...verdict(found).map((text) => element("p", {}, text)));
    chart.draw(40 + 34 * Math.max(1, found.axes.length));
    if (workload !== view.workload) list.replaceChildren(effectsTable(view));
    ({workload} = view);
  };
  view.listeners.push(fill);
  fill();
}
