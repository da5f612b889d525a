// node --test: the page of a run in a real browser.
import assert from "node:assert/strict";
import {readFileSync, statSync, writeFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {duration, rate, share} from "../../../platforms/explore/page/web/units.js";
import {cells, chartOption, doorbell, file, hintText, open, pdfText, place, source} from "./browser.mjs";

const plainSpaces = (text) => text.replace(/\u202f/g, " ");
let run;
let shown;

before(async () => {
  doorbell("run", source("platforms/virt.yaml"), "--workload", source("traces/workloads/nvme_seqwrite.trace.gz"),
    "--set", "smmu.tcu.walkers=2", "--slowest", "20", "--stats", "run.json");
  doorbell("report", "run.json", "-o", "run.html");
  run = JSON.parse(readFileSync(file("run.json"), "utf8"));
  shown = await open("run.html");
});

// Script errors, messages and requests of all that was done to the page come to light here.
after(async () => shown.close());

const metric = (path) => run.statistics.metrics.find((one) => one.path === path);

test("headline figures are those of the statistics", async () => {
  const text = await shown.page.locator("#headline").textContent();
  const {totals, latency} = run;
  assert.ok(text.includes(duration(totals.measured)));
  assert.ok(text.includes(`${rate(totals.acknowledged / (totals.measured / 1e12))}/s`));
  assert.ok(text.includes(duration(latency.total.end_to_end.p50)));
  assert.ok(text.includes(duration(latency.total.end_to_end.p99)));
  assert.ok(plainSpaces(text).includes("balanced"));
});

test("what was refused or failed is named", async () => {
  const nothing = plainSpaces(await shown.page.locator("#headline").textContent());
  assert.ok(nothing.includes("Refused or failednothing"));
  const bad = {...run, totals: {...run.totals, commands_refused: 2, operations_failed: 3}};
  writeFileSync(file("bad.json"), JSON.stringify(bad));
  doorbell("report", "bad.json", "-o", "bad.html");
  const {page, close} = await open("bad.html");
  const text = plainSpaces(await page.locator("#headline").textContent());
  assert.ok(text.includes("Refused or failed52 commands refused, 3 operations of software failed"));
  await close();
});

test("stages add up to the mean latency, and their table has their quantiles", async () => {
  const {series} = await chartOption(shown.page, "Time of an MSI by stage");
  const sum = series.slice(1).flatMap(({data}) => data).reduce((a, b) => a + b, 0);
  const {end_to_end: whole, stages} = run.latency.total;
  assert.ok(Math.abs(sum - whole.mean) < 1e-6 * whole.mean);
  series[0].data.slice(1).forEach((start, i) => assert.ok( // where the one before ends
    Math.abs(start - series.reduce((end, {data}) => end + data[i], 0)) < 1e-6 * whole.mean));
  for (const [name, part, , waiting99, , , service99] of await cells(shown.page, "stages")) {
    assert.equal(part, share(stages[name].share));
    assert.equal(waiting99, duration(stages[name].waiting.p99 ?? 0));
    assert.equal(service99, duration(stages[name].service.p99 ?? 0));
  }
  assert.equal((await cells(shown.page, "stages")).length, Object.keys(stages).length);
});

test("a quantile can be chosen for the stages", async () => {
  await shown.page.locator("#stages select").selectOption("p99");
  const {series, yAxis} = await chartOption(shown.page, "Time of an MSI by stage");
  yAxis[0].data.forEach((name, i) => {
    assert.equal(series[1].data[i], run.latency.total.stages[name].waiting.p99);
    assert.equal(series[2].data[i], run.latency.total.stages[name].service.p99);
  });
  await shown.page.locator("#stages select").selectOption("mean");
});

test("hovering a stage shows its values", async () => {
  const {stages} = run.latency.total;
  const names = Object.keys(stages);
  const at = await place(shown.page, "Time of an MSI by stage", [0, names.indexOf("link")]);
  await shown.page.mouse.move(at.x + 30, at.y);
  await shown.page.waitForFunction(() => document.querySelector(".hint"));
  const text = await hintText(shown.page);
  assert.ok(text.includes("link"), text);
  assert.ok(text.includes(`p99 ${duration(stages.link.service.p99)}`), text);
});

test("the legend takes a series away and brings it back", async () => {
  const entry = shown.page.locator('[aria-label="Time of an MSI by stage"] svg text', {hasText: "waiting"});
  const isShown = async () => (await chartOption(shown.page, "Time of an MSI by stage")).legend[0].selected.waiting ?? true;
  await entry.click();
  assert.equal(await isShown(), false);
  await entry.click();
  assert.equal(await isShown(), true);
});

test("distributions end at one, and reach a half at the median", async () => {
  const {series} = await chartOption(shown.page, "Distribution of latency");
  const {end_to_end: whole} = run.latency.total;
  const {data} = series.find(({name}) => name === "all MSIs, end to end");
  assert.deepEqual(data[data.length - 1], [whole.max, 1]);
  assert.equal(data.find(([, part]) => part >= 0.5)[0], whole.p50);
  const vectors = run.latency.vectors.filter(({end_to_end: {count}}) => count > 0).length;
  assert.equal((await cells(shown.page, "distributions")).length, Math.min(12, 1 + run.latency.streams.length + vectors));
});

test("a vector is found by its number and drawn", async () => {
  const {device, event} = run.latency.vectors[0];
  const name = `device 0x${device.toString(16)}, event ${event}`;
  const picker = shown.page.locator("#distributions .picker");
  await picker.locator("summary").click();
  await picker.getByRole("button", {name: "None"}).click();
  await picker.locator("input[type=search]").fill(name);
  await picker.locator("li", {hasText: name}).first().locator("input").check();
  const {series} = await chartOption(shown.page, "Distribution of latency");
  assert.deepEqual(series.map((one) => one.name), [name]);
  await picker.locator("summary").click();
});

test("levels over time are the bins of the statistics", async () => {
  const {series} = await chartOption(shown.page, "Queue depths over time");
  const paths = run.statistics.metrics.filter(({kind}) => kind === "queue").map(({path}) => path);
  for (const {name, data} of series) {
    const {values} = metric(paths.find((path) => path.endsWith(name)));
    assert.equal(data[3][1], values.bins[3] / values.bin_width);
    const integral = data.slice(0, -1).reduce((sum, [start, level], i) => sum + level * (data[i + 1][0] - start), 0);
    assert.ok(Math.abs(integral - values.occupancy_integral) < 1e-6 * values.occupancy_integral);
  }
  const throughput = await chartOption(shown.page, "Throughput over time");
  const {values} = metric("msi.acknowledged");
  assert.ok(Math.abs(throughput.series[0].data[1][1] - (values.bins[1] / values.bin_width) * 1e12) < 1e-3);
});

test("charts over time zoom together", async () => {
  const at = await place(shown.page, "Queue depths over time", [run.totals.measured / 2, 0]);
  await shown.page.mouse.move(at.x, at.y - 40);
  await shown.page.keyboard.down("Control");
  await shown.page.mouse.wheel(0, -400);
  await shown.page.keyboard.up("Control");
  await shown.page.waitForFunction(() => echarts.getInstanceByDom(document.querySelector('[aria-label="Throughput over time"]'))
    .getOption().dataZoom[0].start > 0);
  const {dataZoom} = await chartOption(shown.page, "Queue depths over time");
  assert.ok(dataZoom[0].end - dataZoom[0].start < 99);
});

// Of this run it is the busiest; where places fill up in front of it, see page_data_test.cpp.
test("the bottleneck is a server that limits, and its bound follows", async () => {
  const servers = run.statistics.metrics.filter(({kind, better, values}) =>
    kind === "server" && better !== "higher" && values.completions > 0);
  const busiest = servers.reduce((a, b) => (b.values.utilisation > a.values.utilisation ? b : a));
  const bound = run.totals.acknowledged / (run.totals.measured / 1e12) / busiest.values.utilisation;
  const text = await shown.page.locator("#servers .lead").textContent();
  assert.ok(text.startsWith(busiest.path), text);
  assert.ok(text.includes(share(busiest.values.utilisation)) && text.includes(`${rate(bound)} MSI/s`), text);
  const {series} = await chartOption(shown.page, "Utilisation of servers");
  assert.equal(series[0].data[0].value, busiest.values.utilisation);
});

test("hit rates, queues and outcomes are those of the statistics", async () => {
  for (const [path, rateText] of await cells(shown.page, "caches")) {
    assert.equal(rateText, share(metric(path).values.hit_rate));
  }
  for (const [path, , highest] of await cells(shown.page, "queues")) {
    assert.equal(plainSpaces(highest), String(metric(path).values.high_water_mark).replace(/\B(?=(\d{3})+$)/g, " "));
  }
  const {outcomes, accounted} = run.conservation;
  for (const [name, n] of await cells(shown.page, "conservation")) {
    assert.equal(Number(n.replace(/\s/g, "")), name === "sum" ? accounted : outcomes[name]);
  }
});

test("causes are shares of the time above the median, the greatest first", async () => {
  const {series} = await chartOption(shown.page, "Causes of the time above the median");
  const {data} = series[0];
  assert.ok(data[0] > 0 && data.every((part, i) => i === 0 || part <= data[i - 1]));
  const slowest = await cells(shown.page, "slowest");
  assert.equal(slowest.length, run.explain.slowest.length);
  assert.equal(slowest[0][2], duration(run.explain.slowest[0].end_to_end));
});

test("changed parameters come first, and only they when asked for", async () => {
  const changed = run.parameters.filter(({value, default: usual}) => value !== usual).map(({path}) => path);
  assert.ok(changed.includes("smmu.tcu.walkers"));
  assert.deepEqual((await cells(shown.page, "parameters")).slice(0, changed.length).map(([path]) => path), changed);
  await shown.page.locator("#parameters .control input[type=checkbox]").check();
  assert.equal((await cells(shown.page, "parameters")).length, changed.length);
});

test("any metric is found by words, exact to the last digit", async () => {
  await shown.page.locator("#metrics input").fill("end_to_end p99.9 latency");
  const row = (await cells(shown.page, "metrics")).find(([name]) => name === "latency.end_to_end.p99.9");
  assert.equal(row[2], `${run.latency.total.end_to_end["p99.9"]} ps`);
});

test("a click on a heading sorts", async () => {
  const numbers = async () => (await cells(shown.page, "queues")).map((row) => Number(row[2].replace(/\s/g, "")));
  await shown.page.locator('[data-table="queues"] th button', {hasText: "Highest"}).click();
  const sorted = await numbers();
  assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
});

test("both themes follow the system, and the switch changes them", async () => {
  const looks = {};
  for (const scheme of ["light", "dark"]) {
    const {page, close} = await open("run.html", {scheme});
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), scheme);
    const charts = await page.locator(".chart").count();
    assert.ok(charts > 8);
    assert.equal(await page.locator(".chart > div > svg").count(), charts);
    const picture = await page.screenshot({path: file(`${scheme}.png`)});
    assert.ok(picture.length > 30_000);
    looks[scheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.locator("button.theme").click();
    looks[`${scheme} switched`] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await close();
  }
  assert.notEqual(looks.light, looks.dark);
  assert.equal(looks["light switched"], looks.dark);
  assert.equal(looks["dark switched"], looks.light);
});

test("nothing is wider than a narrow window", async () => {
  const {page, close} = await open("run.html", {width: 480});
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await close();
});

test("on paper every section is there, in light", async () => {
  const {page, close} = await open("run.html", {scheme: "dark"});
  const headings = await page.locator("h2").allTextContents();
  await page.pdf({path: file("run.pdf"), preferCSSPageSize: true, printBackground: true});
  await close();
  assert.ok(headings.length >= 12);
  const text = pdfText("run.pdf").replace(/\s+/g, " ");
  for (const heading of headings) assert.ok(text.includes(heading), heading);
  assert.ok(text.includes("cpu_acknowledge"));
  assert.ok(statSync(file("run.pdf")).size > 50_000);
});

/// Texts of tables that reach beyond the right edge of the page.
const beyondEdge = (page) => page.evaluate(() => [...document.querySelectorAll("td, th")]
  .filter((node) => node.textContent !== "" && node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 0.5)
  .map((node) => node.textContent));

test("nothing is cut off by the edge of a sheet of paper", async () => {
  const {page, close} = await open("run.html", {width: 703}); // A4 without its margins
  await page.emulateMedia({media: "print"});
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.deepEqual(await beyondEdge(page), []);
  await close();
});

test("names leave the bars of a narrow window their place", async () => {
  const {page, close} = await open("run.html", {width: 600});
  const name = "Causes of the time above the median";
  const width = await page.evaluate((label) => {
    const chart = echarts.getInstanceByDom(document.querySelector(`[aria-label="${label}"]`));
    return chart.getModel().getComponent("grid").coordinateSystem.getRect().width / chart.getWidth();
  }, name);
  assert.ok(width > 0.3, `${width} of the chart are bars`);
  await close();
});

test("a run without MSIs has a page, and a bound of what it did", async () => {
  writeFileSync(file("dma.trace"), `doorbell-trace 1
cpus 4
source x hash=0x1
stream 0x8 device=8 asid=1 events=5
begin
10 cpu0 map stream=0x8 iova=0xffffd000 pages=1 frame=0
20 dev read stream=0x8 iova=0xffffd000 bytes=64 kind=fetch after=1
end 2
`);
  doorbell("run", source("platforms/virt.yaml"), "--workload", "dma.trace", "--slowest", "5", "--stats", "dma.json");
  doorbell("report", "dma.json", "-o", "dma.html");
  const {page, close} = await open("dma.html");
  assert.match(await page.locator("#servers .lead").textContent(), /beyond \d.* of DMA\.$/);
  assert.equal(await page.locator("#explain").count(), 0);
  await close();
});

test("no text of the statistics becomes markup", async () => {
  const attack = `</script><img src=x onerror="document.title='broken'"><!--<script>`;
  const evil = JSON.parse(readFileSync(file("run.json"), "utf8"));
  Object.assign(evil.parameters[0], {value: attack, help: attack, source: attack});
  evil.workload.fnv1a64 = attack;
  evil.statistics.metrics.find(({kind}) => kind === "server").help = attack;
  evil.latency.graph[0].help = attack;
  writeFileSync(file("evil.json"), JSON.stringify(evil));
  doorbell("report", "evil.json", "-o", "evil.html");
  const {page, close} = await open("evil.html");
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.title(), "Doorbell run");
  assert.equal((await cells(page, "parameters"))[0][1], attack);
  assert.ok((await page.locator("h1").textContent()).includes(attack));
  await close();
});

test("a run in which nothing happened has a page", async () => {
  const empty = {...run, latency: {...run.latency, total: {end_to_end: {count: 0, sum: 0}, stages: {}}, streams: [], vectors: []}};
  empty.totals = {measured: 0, transactions: 0, bytes: 0, sent: 0, acknowledged: 0};
  empty.partial = true;
  empty.statistics = {...run.statistics, metrics: []};
  delete empty.explain;
  writeFileSync(file("empty.json"), JSON.stringify(empty));
  doorbell("report", "empty.json", "-o", "empty.html");
  const {page, close} = await open("empty.html");
  assert.ok((await page.locator(".warning").textContent()).startsWith("Partial"));
  await close();
});
