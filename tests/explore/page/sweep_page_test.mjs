// node --test: the page of a sweep in a real browser.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {count, digitsFor, quantity, share} from "../../../platforms/explore/page/web/units.js";
import {cells, chartOption, doorbell, file, hintText, open, pdfText, place, source} from "./browser.mjs";

const metricName = "latency.end_to_end.mean";
let shown;

before(async () => {
  writeFileSync(file("plan.yaml"), `platform: ${source("platforms/virt.yaml")}
workloads: [${source("traces/workloads/nvme_seqwrite.trace.gz")}]
axes:
  smmu.micro_tlb.entries: [4, 8, 32]
  replay.outstanding: [4, 32]
`);
  doorbell("sweep", "plan.yaml", "-o", "sweep", "-j", "2");
  doorbell("report", "sweep", "-o", "sweep.html");
  shown = await open("sweep.html");
});

// Script errors, messages and requests of all that was done to the page come to light here.
after(async () => shown.close());

/// [entries, outstanding, value] of each point, from the database.
function points(metric) {
  const query = `SELECT e.number, o.number, printf('%!.17g', m.value) FROM metrics m
    JOIN coordinates e ON e.point = m.point AND e.axis = 1 JOIN coordinates o ON o.point = m.point AND o.axis = 2
    WHERE m.name = '${metric}' ORDER BY m.point`;
  const text = execFileSync("sqlite3", ["-csv", file("sweep/sweep.sqlite"), query], {encoding: "utf8"});
  return text.trim().split(/\r?\n/).map((line) => line.split(",").map(Number));
}

/// Equal but for the order in which sums were made.
function assertNear(actual, expected) {
  assert.deepEqual(actual.map(([x]) => x), expected.map(([x]) => x));
  actual.forEach(([, y], i) => assert.ok(Math.abs(y - expected[i][1]) <= 1e-12 * Math.abs(y), `${y} ${expected[i][1]}`));
}

const choose = async (metric) => {
  const box = shown.page.locator("#metric");
  await box.fill(metric);
  await box.press("Enter");
  await box.dispatchEvent("change");
};

test("curves are the points of the database", async () => {
  await choose(metricName);
  const {series} = await chartOption(shown.page, "Metric along an axis");
  const all = points(metricName);
  assert.deepEqual(series.map(({name}) => name), ["replay.outstanding 4", "replay.outstanding 32"]);
  for (const {name, data} of series) {
    const outstanding = Number(name.split(" ")[1]);
    assert.deepEqual(data, all.filter(([, o]) => o === outstanding).map(([entries, , value]) => [entries, value]));
  }
});

test("hovering a point shows its value", async () => {
  const all = points(metricName).map(([, , one]) => one);
  const [entries, , value] = points(metricName)[1];
  const at = await place(shown.page, "Metric along an axis", [entries, value]);
  await shown.page.mouse.move(at.x, at.y);
  await shown.page.waitForFunction(() => document.querySelector(".hint"));
  assert.ok((await hintText(shown.page)).includes(quantity(value, "ps", digitsFor(all))));
});

test("axes are averaged, or fixed", async () => {
  const selects = shown.page.locator("#curves select");
  await selects.nth(1).selectOption({index: 0});
  const all = points(metricName);
  const mean = (entries) => {
    const values = all.filter(([e]) => e === entries).map(([, , value]) => value);
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  let {series} = await chartOption(shown.page, "Metric along an axis");
  assertNear(series[0].data, [4, 8, 32].map((entries) => [entries, mean(entries)]));
  await selects.nth(2).selectOption("32");
  ({series} = await chartOption(shown.page, "Metric along an axis"));
  assert.deepEqual(series[0].data, all.filter(([, o]) => o === 32).map(([entries, , value]) => [entries, value]));
});

test("the heat map has a cell for each pair", async () => {
  const {series} = await chartOption(shown.page, "Metric over two axes");
  const all = points(metricName);
  assert.equal(series[0].data.length, all.length);
  for (const [column, row, value] of series[0].data) {
    const [, , expected] = all.find(([e, o]) => e === [4, 8, 32][column] && o === [4, 32][row]);
    assert.equal(value, expected);
  }
});

test("nothing beats a point of the Pareto front", async () => {
  const all = points(metricName);
  const {series} = await chartOption(shown.page, "Pareto front");
  const front = series.find(({name}) => name === "front").data.map(({value}) => value);
  assert.ok(front.length > 0);
  for (const [cost, value] of front) {
    assert.ok(!all.some(([e, , v]) => e <= cost && v < value), `${cost} ${value}`);
  }
  const other = series.find(({name}) => name === "other points").data.length;
  assert.equal(front.length + other, all.length);
});

test("the ranking is eta squared of each axis", async () => {
  const all = points(metricName);
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const whole = mean(all.map(([, , value]) => value));
  const total = all.reduce((sum, [, , value]) => sum + (value - whole) ** 2, 0);
  const eta = (axis) => [...new Set(all.map((point) => point[axis]))].reduce((sum, place) => {
    const values = all.filter((point) => point[axis] === place).map(([, , value]) => value);
    return sum + values.length * (mean(values) - whole) ** 2;
  }, 0) / total;
  const {series, yAxis} = await chartOption(shown.page, "Effect of each axis");
  const axes = ["smmu.micro_tlb.entries", "replay.outstanding"];
  yAxis[0].data.forEach((name, i) => assert.ok(Math.abs(series[0].data[i] - eta(axes.indexOf(name))) < 1e-9));
  const row = (await cells(shown.page, "effects")).find(([name]) => name === metricName);
  if (row) assert.equal(row[4], share(Math.max(eta(0), eta(1))));
});

test("another metric changes every chart and table", async () => {
  await choose("totals.msi_rate");
  const {series} = await chartOption(shown.page, "Metric over two axes");
  const rates = points("totals.msi_rate").map(([, , value]) => value);
  assert.deepEqual(series[0].data.map(([, , value]) => value).sort(), [...rates].sort());
  const column = (await cells(shown.page, "points")).map((row) => row[3]);
  assert.deepEqual(column, rates.map((value) => quantity(value, "1/s", digitsFor(rates))));
  await choose("no such metric");
  assert.equal(await shown.page.locator("#metric").inputValue(), "totals.msi_rate");
});

test("on paper every section is there", async () => {
  const {page, close} = await open("sweep.html", {scheme: "dark"});
  const headings = await page.locator("h2").allTextContents();
  assert.ok((await page.screenshot({path: file("dark.png")})).length > 20_000);
  await page.pdf({path: file("sweep.pdf"), preferCSSPageSize: true, printBackground: true});
  await close();
  const text = pdfText("sweep.pdf").replace(/\s+/g, " ");
  for (const heading of headings) assert.ok(text.includes(heading), heading);
});

test("the strongest colour of the heat map is the worst value", async () => {
  const looks = async (name) => {
    await choose(name);
    const colours = await shown.page.evaluate(() => echarts.getInstanceByDom(document.querySelector('[aria-label="Metric over two axes"]'))
      .getOption().visualMap[0].inRange.color);
    return {colours, lead: await shown.page.locator("#heat .lead").textContent()};
  };
  const low = await looks("latency.end_to_end.mean");
  const high = await looks("totals.msi_rate");
  assert.deepEqual(high.colours, [...low.colours].reverse());
  assert.match(high.lead, /the worse\.$/);
  assert.match((await looks("latency.link.share")).lead, /the higher\.$/);
});

test("the worst value has the strongest colour, in light and in dark", async () => {
  const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((one) => (one <= 10 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const chroma = (colour) => Math.max(...channels(colour)) - Math.min(...channels(colour));
  const rises = (values) => values.every((value, i) => i === 0 || value > values[i - 1]);
  for (const [scheme, back] of [["light", "#ffffff"], ["dark", "#1b1f25"]]) {
    const {page, close} = await open("sweep.html", {scheme});
    const box = page.locator("#metric");
    await box.fill(metricName);
    await box.dispatchEvent("change");
    const colours = await page.evaluate(() => echarts.getInstanceByDom(document.querySelector('[aria-label="Metric over two axes"]'))
      .getOption().visualMap[0].inRange.color);
    await close();
    assert.ok(rises(colours.map((colour) => contrast(luminance(colour), luminance(back)))), `${scheme}: contrast`);
    assert.ok(rises(colours.map(chroma)), `${scheme}: chroma`);
  }
});

test("charts have the width of the paper as soon as it is asked for, and that of the window afterwards", async () => {
  const {page, close} = await open("sweep.html");
  const rightmost = (event) => page.evaluate((name) => {
    dispatchEvent(new Event(name)); // nothing is drawn between this and paper
    const chart = document.querySelector('[aria-label="Metric over two axes"]');
    const texts = [...chart.querySelectorAll("text, path")].map((node) => node.getBoundingClientRect().right);
    return Math.max(...texts) - chart.getBoundingClientRect().left;
  }, event);
  const onScreen = await page.locator('[aria-label="Metric over two axes"]').evaluate((chart) => chart.clientWidth);
  const onPaper = await rightmost("beforeprint");
  assert.ok(onPaper > 600 && onPaper <= 690, `${onPaper}`);
  const afterwards = await rightmost("afterprint");
  assert.ok(afterwards > onScreen - 100 && afterwards <= onScreen, `${afterwards} of ${onScreen}`);
  await close();
});

test("long names of places are shown whole, and those too long are shortened", async () => {
  const html = readFileSync(file("sweep.html"), "utf8");
  const begin = html.indexOf('id="data">') + 'id="data">'.length;
  const end = html.indexOf("</script>", begin);
  const data = JSON.parse(html.slice(begin, end));
  const name = (text) => (text === "4" ? "sized-with-a-fast-queue" : `a/very/long/${"folder/".repeat(20)}${text}`);
  for (const {coordinates} of data.points) coordinates[1] = {text: name(coordinates[1].text), number: null};
  writeFileSync(file("long.html"), html.slice(0, begin) + JSON.stringify(data) + html.slice(end));
  const {page, close} = await open("long.html");
  const chart = page.locator('[aria-label="Metric over two axes"]');
  const {x} = await chart.boundingBox();
  for (const text of ["sized-with-a-fast-queue", "a/very/long/"]) {
    const box = await chart.locator("text", {hasText: text}).first().boundingBox();
    assert.ok(box.x >= x, `${text} begins ${x - box.x} pixels before its chart`);
  }
  await close();
});

test("two axes that advance together aren't the first pair", async () => {
  const html = readFileSync(file("sweep.html"), "utf8");
  const begin = html.indexOf('id="data">') + 'id="data">'.length;
  const end = html.indexOf("</script>", begin);
  const data = JSON.parse(html.slice(begin, end));
  data.axes.splice(1, 0, {...data.axes[0], name: "twin"});
  for (const {coordinates} of data.points) coordinates.splice(1, 0, coordinates[0]);
  writeFileSync(file("twin.html"), html.slice(0, begin) + JSON.stringify(data) + html.slice(end));
  const {page, close} = await open("twin.html");
  const {series, yAxis} = await chartOption(page, "Metric over two axes");
  assert.deepEqual([series[0].type, yAxis[0].name], ["heatmap", "replay.outstanding"]);
  const ranking = await chartOption(page, "Effect of each axis");
  assert.deepEqual(new Set(ranking.yAxis[0].data), new Set(["smmu.micro_tlb.entries with twin", "replay.outstanding"]));
  await close();
});

test("points that failed are listed, and no text becomes markup", async () => {
  const attack = `</script><img src=x onerror="document.title='broken'">`;
  const html = readFileSync(file("sweep.html"), "utf8");
  const begin = html.indexOf('id="data">') + 'id="data">'.length;
  const end = html.indexOf("</script>", begin);
  const data = JSON.parse(html.slice(begin, end));
  Object.assign(data.points[0], {status: "failed", message: attack});
  data.points[1].status = "missing";
  for (const {values} of data.metrics) values[0] = values[1] = null;
  data.axes[0].name = attack;
  writeFileSync(file("failed.html"), html.slice(0, begin) + JSON.stringify(data).replace(/</g, "\\u003c") + html.slice(end));
  const {page, close} = await open("failed.html");
  assert.equal(await page.locator("img").count(), 0);
  const rows = await cells(page, "failed");
  assert.deepEqual(rows.map(([point, status, , message]) => [point, status, message]), [["1", "failed", attack], ["2", "missing", ""]]);
  assert.ok((await page.locator("#headline").textContent()).includes(`${count(4)} done, 1 failed, 1 missing`));
  await close();
});
