// A headless browser in which nothing may go wrong unseen, and files to show in it.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after} from "node:test";

const {DOORBELL, SOURCE, MODULES, CHROMIUM} = process.env;
const {chromium} = createRequire(join(MODULES, "index.js"))("playwright-core");

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const folder = mkdtempSync(join(tmpdir(), "doorbell-page-"));
process.on("exit", () => rmSync(folder, {recursive: true, force: true}));

export const source = (name) => join(SOURCE, name);
export const file = (name) => join(folder, name);

export function doorbell(...words) {
  return execFileSync(DOORBELL, words, {cwd: folder, encoding: "utf8"});
}

export function pdfText(name) {
  return execFileSync("pdftotext", [file(name), "-"], {encoding: "utf8"});
}

// A test that failed has closed none, and this process would wait for it.
const opened = [];
after(() => Promise.all(opened.map((context) => context.close())));

/// Opens a page; `close()` checks that no script failed, nothing was said on the console, and
/// nothing but the file was asked for.
export async function open(name, {scheme = "light", width = 1360} = {}) {
  const profile = mkdtempSync(join(folder, "profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, args: flags, colorScheme: scheme, viewport: {width, height: 900},
  });
  opened.push(context);
  const wrong = [];
  const address = `file://${file(name)}`;
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`error: ${error.stack}`));
  page.on("console", (message) => wrong.push(`console: ${message.text()}`));
  context.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "yes");
  const close = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return {page, close};
}

/// What ECharts has of a chart: its options as they are now.
export function chartOption(page, name) {
  return page.evaluate((label) => {
    const option = echarts.getInstanceByDom(document.querySelector(`[aria-label="${label}"]`)).getOption();
    return JSON.parse(JSON.stringify({
      series: option.series, legend: option.legend, dataZoom: option.dataZoom, xAxis: option.xAxis, yAxis: option.yAxis,
    }));
  }, name);
}

/// The texts of a table's cells, row by row.
export function cells(page, name) {
  return page.evaluate((table) => [...document.querySelectorAll(`[data-table="${table}"] tbody tr`)]
    .map((row) => [...row.children].map((cell) => cell.textContent)), name);
}

/// The place of a pair of values in a chart, on the page.
export async function place(page, name, values) {
  const node = page.locator(`[aria-label="${name}"]`);
  await node.scrollIntoViewIfNeeded();
  const [x, y] = await page.evaluate(([label, at]) => echarts
    .getInstanceByDom(document.querySelector(`[aria-label="${label}"]`))
    .convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, at), [name, values]);
  const box = await node.boundingBox();
  return {x: box.x + x, y: box.y + y};
}

export const hintText = (page) => page.evaluate(() =>
  [...document.querySelectorAll(".hint")].filter((hint) => hint.checkVisibility({visibilityProperty: true}))
    .map((hint) => hint.textContent).join("\n"));
