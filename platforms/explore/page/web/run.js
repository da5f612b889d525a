// The page of a run.
import {cachesSection, conservationSection, queuesSection, serversSection, shapesSection} from "./blocks.js";
import {distributionsSection} from "./distributions.js";
import {card, check, element, path, section} from "./dom.js";
import {explainSection} from "./explain.js";
import {overTimeSection} from "./over_time.js";
import {stagesSection} from "./stages.js";
import {table} from "./tables.js";
import {boundText, count, duration, quantity, rate, share} from "./units.js";

const faults = {
  commands_refused: "commands refused",
  operations_failed: "operations of software failed",
  operations_refused: "operations of functions refused",
  events_recorded: "events recorded",
  errors_raised: "errors raised",
};

/// Files of versions before these were counted have none.
function faultsCard(totals) {
  const there = Object.keys(faults).filter((name) => totals[name]);
  const sum = there.reduce((all, name) => all + totals[name], 0);
  return card("Refused or failed", sum ? count(sum) : "nothing",
    there.map((name) => `${count(totals[name])} ${faults[name]}`).join(", "));
}

function headline(page, run) {
  const {totals, rates, end_to_end: latency, conservation, bottleneck} = run;
  const none = "\u2013";
  const cards = [
    card("Simulated", duration(totals.measured), `${count(totals.transactions)} DMA transactions`),
    card("MSIs", `${rate(rates.msis)}/s`, `${count(totals.acknowledged)} acknowledged of ${count(totals.sent)} sent`),
    card("DMA", quantity(rates.bytes, "bytes/s"), `${quantity(totals.bytes, "bytes")} in all`),
    card("Latency p50", latency.count ? duration(latency.p50) : none, latency.count ? `mean ${duration(latency.mean)}` : "no MSI came to its end"),
    card("Latency p99", latency.count ? duration(latency.p99) : none, latency.count ? `max ${duration(latency.max)}` : ""),
    card("Bottleneck", bottleneck ? share(bottleneck.utilisation) : none,
      bottleneck ? [path(bottleneck.path), ` bounds it at ${boundText(bottleneck)}`] : "nothing was busy"),
    card("Doorbells", conservation.balanced ? "balanced" : "NOT BALANCED",
      `${count(conservation.accounted)} of ${count(conservation.sent)} accounted for`),
    faultsCard(totals),
  ];
  section(page, "headline", ["At a glance", "At a glance"], null, element("div", {class: "cards"}, cards));
}

function parametersSection(page, run) {
  let onlyChanged = false;
  const changed = run.parameters.filter((parameter) => parameter.changed);
  const holder = element("div");
  const fill = () => holder.replaceChildren(table("parameters", [
    ["Parameter", (parameter) => parameter.path, path], ["Value", ({value}) => value], ["Default", (parameter) => parameter.default],
    ["Unit", ({unit}) => unit], ["Range", ({range}) => range], ["What", ({help}) => help], ["Source of the default", ({source}) => source],
  ], (onlyChanged ? changed : [...changed, ...run.parameters.filter((parameter) => !parameter.changed)])
    .map((parameter) => ({...parameter, marked: parameter.changed})), {search: "Search parameters", rows: 15}));
  fill();
  section(page, "parameters", ["Parameters", "Parameters"],
    `${changed.length} of ${run.parameters.length} differ from their defaults; they come first and are marked.`,
    element("div", {class: "controls"}, check("only those changed", false, (value) => { onlyChanged = value; fill(); })), holder);
}

function metricsSection(page, run) {
  section(page, "metrics", ["All metrics", "Every number"], "All that the statistics hold but distributions and bins.", table("metrics", [
    ["Metric", ({name}) => name, path], ["Value", ({value}) => value, (value, {unit}) => quantity(value, unit)],
    ["Exactly", ({value}) => value, (value, {unit}) => `${value} ${unit}`.trim()], ["Better", ({better}) => better], ["What", ({help}) => help],
  ], run.metrics, {search: "Search all metrics", rows: 15}));
}

export function runPage(page, run) {
  if (run.partial) {
    page.append(element("p", {class: "warning"}, "Partial: the run was ended before its workload."));
  }
  headline(page, run);
  stagesSection(page, run);
  explainSection(page, run);
  distributionsSection(page, run);
  overTimeSection(page, run);
  serversSection(page, run);
  cachesSection(page, run);
  shapesSection(page, run);
  queuesSection(page, run);
  conservationSection(page, run);
  parametersSection(page, run);
  metricsSection(page, run);
}
