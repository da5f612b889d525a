// node --test: the page of a sampled plan with two workloads, in a real browser, against a grid of the same model.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {writeFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {cells, chartOption, doorbell, file, open, source} from "./browser.mjs";

const metric = "latency.end_to_end.mean";
const workloads = ["nvme_seqwrite", "nvme_seqread"].map((name) => source(`traces/workloads/${name}.trace.gz`));
const matters = ["endpoints.0.link.latency", "root_complex.latency", "fabric.request_latency"];
const idle = "smmu.event_queue_log2"; // nothing writes an event
let shown;

before(async () => {
  const plan = (name, axes, more) => writeFileSync(file(name), `platform: ${source("platforms/virt.yaml")}\naxes:\n${axes}\n${more}`);
  plan("sample.yaml", `  endpoints.0.link.latency: {from: 50ns, to: 350ns}
  root_complex.latency: {from: 0ns, to: 300ns}
  fabric.request_latency: {from: 0, to: 90}
  ${idle}: {from: 4, to: 12}`, `sample: {method: sobol, count: 32, seed: 1}\nworkloads: [${workloads.join(", ")}]\n`);
  plan("grid.yaml", `  endpoints.0.link.latency: [100ns, 200ns, 300ns]
  root_complex.latency: [50ns, 150ns, 250ns]
  fabric.request_latency: [15, 45, 75]
  ${idle}: [4, 12]`, `workloads: [${workloads[0]}]\n`);
  for (const name of ["sample", "grid"]) {
    doorbell("sweep", `${name}.yaml`, "-o", name, "-j", "2");
    doorbell("report", name, "-o", `${name}.html`);
  }
  shown = await open("sample.html");
  await choose(shown.page, metric);
});

after(async () => shown.close());

async function choose(page, name) {
  const box = page.locator("#metric");
  await box.fill(name);
  await box.dispatchEvent("change");
}

/// [place on `axis`, value] of each point of a workload, from the database.
function points(workload, axis) {
  const query = `SELECT c.number, printf('%!.17g', m.value) FROM metrics m JOIN points p USING (point) JOIN coordinates c USING (point)
    JOIN axes a USING (axis) WHERE m.name = '${metric}' AND a.name = '${axis}' AND p.workload = '${workload}' ORDER BY m.point`;
  const text = execFileSync("sqlite3", ["-csv", file("sample/sweep.sqlite"), query], {encoding: "utf8"});
  return text.trim().split(/\r?\n/).map((line) => line.split(",").map(Number));
}

/// {name: {effect, low, high, text}} of each axis, the first first.
async function ranking(page) {
  const {series, yAxis} = await chartOption(page, "Effect of each axis");
  const [, intervals] = series;
  return yAxis[0].data.map((name, i) => {
    const [, low, high] = intervals ? intervals.data[i] : [];
    return {name, effect: series[0].data[i], low, high};
  });
}

test("a sample ranks the axes as a grid of the same model does, and says which do nothing", async () => {
  const {page, close} = await open("grid.html");
  await choose(page, metric);
  const exact = await ranking(page);
  await close();
  const estimated = await ranking(shown.page);
  assert.deepEqual(estimated.slice(0, 3).map(({name}) => name), exact.slice(0, 3).map(({name}) => name));
  assert.deepEqual(new Set(exact.slice(0, 3).map(({name}) => name)), new Set(matters));
  for (const {name, low, high} of estimated) {
    const {effect} = exact.find((one) => one.name === name);
    assert.ok(low <= effect && effect <= high, `${name}: ${effect} is not in ${low} to ${high}`);
  }
  assert.ok(estimated[3].name === idle && estimated[3].low === 0 && estimated[3].effect < 0.05);
  assert.match(await shown.page.locator(".verdict").textContent(), new RegExp(`Not told from noise, or less than 1\\.0 %: .*${idle}`));
});

test("points of a sample are a scatter with a trend", async () => {
  const {series, xAxis} = await chartOption(shown.page, "Metric along an axis");
  const axis = xAxis[0].name.split(" ")[0];
  assert.deepEqual(series.map(({type}) => type), ["scatter", "line"]);
  assert.deepEqual(series[0].data.map(([x, y]) => [x, y]), points(workloads[0], axis));
  const trend = series[1].data;
  assert.equal(trend.length, 32);
  assert.ok(trend.every(([x], i) => i === 0 || trend[i - 1][0] <= x));
});

test("pairs of sampled axes are a scatter in the colour of the metric", async () => {
  const {series, xAxis} = await chartOption(shown.page, "Metric over two axes");
  assert.deepEqual(series.map(({type}) => type), ["scatter"]);
  assert.deepEqual(series[0].data.map(([x, , value]) => [x, value]), points(workloads[0], xAxis[0].name.split(" ")[0]));
});

test("everything is within the workload chosen", async () => {
  const select = shown.page.locator(".workload select");
  const before = await ranking(shown.page);
  assert.ok(before.every(({name}) => name !== "workload"));
  const least = async () => (await cells(shown.page, "effects")).map((row) => row.slice(0, 3).join(" ")).join();
  const effects = await least();
  await select.selectOption(workloads[1]);
  const {series, xAxis} = await chartOption(shown.page, "Metric along an axis");
  assert.deepEqual(series[0].data.map(([x, y]) => [x, y]), points(workloads[1], xAxis[0].name.split(" ")[0]));
  const pairs = await chartOption(shown.page, "Metric over two axes");
  assert.equal(pairs.series[0].data.length, 32);
  assert.notDeepEqual(await ranking(shown.page), before);
  assert.notEqual(await least(), effects);
  await select.selectOption(workloads[0]);
});

test("workloads are compared by curves of their own", async () => {
  const group = shown.page.locator("#curves select").nth(1);
  await group.selectOption("workload");
  const {series} = await chartOption(shown.page, "Metric along an axis");
  const clouds = series.filter(({type}) => type === "scatter");
  assert.deepEqual(clouds.map(({name, data}) => [name, data.length]), workloads.map((name) => [`workload ${name}`, 32]));
  await group.selectOption({index: 0});
});

test("points have the numbers of the database, and no column is there twice", async () => {
  const headings = await shown.page.locator('[data-table="points"] th button').allTextContents();
  assert.equal(new Set(headings.map((name) => name.toLowerCase())).size, headings.length, headings.join());
  assert.deepEqual((await cells(shown.page, "points")).slice(0, 3).map(([point]) => point), ["1", "2", "3"]);
  const {series} = await chartOption(shown.page, "Metric over two axes");
  assert.equal(series[0].data[0][3], 0);
});

test("without a size among the axes the page asks what costs", async () => {
  const question = shown.page.locator("#front .question");
  const chart = shown.page.locator('[aria-label="Pareto front"]');
  assert.ok(await question.isVisible() && !(await chart.isVisible()));
  await shown.page.locator("#front summary").click();
  await shown.page.locator("#front li", {hasText: matters[2]}).locator("input").check();
  assert.ok(!(await question.isVisible()) && await chart.isVisible());
  const {series} = await chartOption(shown.page, "Pareto front");
  assert.equal(series.reduce((sum, {data}) => sum + data.length, 0), 32);
});

test("on paper tables have all rows", async () => {
  const rows = (event) => shown.page.evaluate((name) => {
    dispatchEvent(new Event(name));
    return document.querySelectorAll('[data-table="points"] tbody tr').length;
  }, event);
  assert.equal(await rows("beforeprint"), 64);
  assert.equal(await rows("afterprint"), 20);
});
