// The page of a sweep.
import {throughMore, throughMoreText} from "./closed_loop.js";
import {card, choice, element, section} from "./dom.js";
import {rankingSection} from "./ranking.js";
import {curvesSection} from "./sweep_curves.js";
import {numberOf, SweepView} from "./sweep_data.js";
import {frontSection} from "./sweep_front.js";
import {pairsSection} from "./sweep_pairs.js";
import {table} from "./tables.js";
import {count} from "./units.js";

/// A box in which one of thousands of metrics can be found.
function metricBox(view) {
  const help = element("span", {class: "note"});
  const show = () => { help.textContent = `${view.metric.help} ${view.metric.better === "neither" ? "" : `(${view.metric.better} is better)`}`; };
  const input = element("input", {
    list: "metric-names", type: "search", value: view.metric.name, id: "metric", size: 46,
    onchange: () => { view.choose(input.value); input.value = view.metric.name; },
    onfocus: () => input.select(),
  });
  view.listeners.push(() => { input.value = view.metric.name; show(); });
  show();
  return element("div", {class: "controls metric"}, element("label", {class: "control", for: "metric"}, "Metric of all charts"), input,
    element("datalist", {id: "metric-names"}, view.sweep.metrics.map(({name}) => element("option", {value: name}))), help);
}

/// Metric and workload of all charts.
function choices(view) {
  if (view.metric === null) return null;
  return [metricBox(view), view.workloads.length < 2 ? null : element("div", {class: "controls workload"},
    choice("Workload of all charts", view.workloads, view.workload, (name) => view.chooseWorkload(name)))];
}

function sweepHeadline(page, view) {
  const {points, axes, metrics, constant_metrics: constant} = view.sweep;
  const having = (status) => points.filter((point) => point.status === status).length;
  const status = ["done", "failed", "missing"].map((name) => `${count(having(name))} ${name}`).join(", ");
  section(page, "headline", ["At a glance", "At a glance"], null, element("div", {class: "cards"},
    card("Points", count(points.length), status),
    axes.map((axis, a) => card(axis.name, String(new Set(points.map(({coordinates}) => coordinates[a].text)).size), `places${axis.unit ? `, in ${axis.unit}` : ""}`)),
    view.workloads.length === 1 ? card("Workload", "1", view.workloads[0].split("/").pop()) : null,
    card("Metrics", count(metrics.length), `differ; ${count(constant)} are the same everywhere`)),
  choices(view));
}

function failedSection(page, view) {
  const failed = view.sweep.points.map((point, i) => ({...point, i})).filter(({status}) => status !== "done");
  if (failed.length === 0) return;
  section(page, "failed", ["Failed", "Points without results"], null, table("failed", [
    ["Point", ({i}) => numberOf(i), String], ["Status", ({status}) => status], ["Where", ({i}) => view.placeOf(i)], ["Last line", ({message}) => message], ["Key", ({key}) => key],
  ], failed, {search: "Search points", rows: 20}));
}

function pointsSection(page, view) {
  const holder = element("div");
  const {axes, points} = view.sweep;
  const saidByAxis = axes.some((_, a) => points.every(({workload, coordinates}) => coordinates[a].text === workload));
  const fill = () => {
    const longer = throughMore(view);
    holder.replaceChildren(table("points", [
      ["Point", ({i}) => numberOf(i), String],
      ...axes.map((axis, a) => [axis.name, ({coordinates}) => coordinates[a].number ?? coordinates[a].text, (_, {coordinates}) => coordinates[a].text]),
      ...(view.metric === null ? [] : [[view.metric.name, ({i}) => view.metric.values[i], (value) => view.show(value)]]),
      ...(longer === null ? [] : [["Longer as more comes through", ({i}) => longer.get(i)?.longer ?? 0,
        (_, {i}) => (longer.has(i) ? throughMoreText(longer.get(i)) : "")]]),
      ...(view.workloads.length > 1 && !saidByAxis ? [["Workload", ({workload}) => workload]] : []), ["Status", ({status}) => status],
    ], points.map((point, i) => ({...point, i})), {search: "Search points", rows: 20}));
  };
  view.listeners.push(fill);
  fill();
  section(page, "points", ["Points", "Every point"],
    "\u201cdoorbell report DIR --point N\u201d writes the page of one of them; after \u201cdoorbell sweep --slowest\u201d it says why its slowest MSIs were slow.", holder);
}

function sweepParametersSection(page, view) {
  const rows = view.sweep.parameters.map((parameter) => ({...parameter, marked: parameter.values.length > 1 || parameter.values[0] !== parameter.default}));
  const shown = ({values}) => (values.length === 1 ? values[0] : [...new Set(values)].join(", "));
  section(page, "parameters", ["Parameters", "Parameters"], "Those that aren't at their defaults everywhere come first.", table("sweep-parameters", [
    ["Parameter", ({name}) => name], ["Values", shown], ["Default", (parameter) => parameter.default], ["Unit", ({unit}) => unit],
  ], [...rows].sort((a, b) => b.marked - a.marked), {search: "Search parameters", rows: 15}));
}

export function sweepPage(page, sweep) {
  const view = new SweepView(sweep);
  sweepHeadline(page, view);
  if (view.metric !== null) {
    curvesSection(page, view);
    pairsSection(page, view);
    frontSection(page, view);
    rankingSection(page, view);
  }
  failedSection(page, view);
  pointsSection(page, view);
  sweepParametersSection(page, view);
}
