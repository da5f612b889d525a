// What the blocks were busy with: servers, caches, queues, distributions of plain numbers, and the account of doorbells.
import {Chart, hint, namedRows} from "./chart.js";
import {element, path, section} from "./dom.js";
import {table} from "./tables.js";
import {palette} from "./theme.js";
import {boundText, count, duration, plain, rate, share} from "./units.js";

const mostBars = 16;

/// Horizontal bars of shares between 0 and 1: `rows` are {path, value, colour, text}.
function shareBars(rows, width, hintOf) {
  const {grid, label} = namedRows(rows.map(({path}) => path), 320, width);
  return {
    grid,
    legend: null,
    xAxis: {type: "value", min: 0, max: 1, axisLabel: {formatter: (value) => `${100 * value} %`}},
    yAxis: {
      type: "category", inverse: true, axisTick: {show: false}, data: rows.map(({path}) => path),
      axisLabel: label,
    },
    tooltip: {trigger: "axis", axisPointer: {type: "shadow"}, formatter: (shown) => hintOf(shown[0].dataIndex)},
    series: [{
      type: "bar", barCategoryGap: "30%",
      data: rows.map(({value, colour}) => ({value, itemStyle: {color: colour}})),
      label: {show: true, position: "right", color: palette().text, formatter: ({dataIndex}) => rows[dataIndex].text},
    }],
  };
}

function heightOf(rows) {
  return 34 + 26 * rows.length;
}

/// In a sentence, as the summary of the run has it.
export function bottleneckText(bottleneck) {
  const {path, utilisation} = bottleneck;
  return `${path} is the busiest, at ${share(utilisation)}: no arrangement of the others carries this mix beyond ${boundText(bottleneck)}.`;
}

export function serversSection(page, run) {
  if (run.servers.length === 0) return;
  const rows = run.servers.filter(({limits}) => limits).slice(0, mostBars);
  const isBottleneck = (server) => server.path === run.bottleneck?.path;
  const node = section(page, "servers", ["Bottleneck", "How busy everything was"],
    run.bottleneck ? bottleneckText(run.bottleneck) : "Nothing was busy.");
  const chart = new Chart(node, "Utilisation of servers", heightOf(rows), (width) => shareBars(rows.map((server) => ({
    path: server.path, value: server.utilisation,
    colour: isBottleneck(server) ? palette().mark : palette().service,
    text: share(server.utilisation) + (isBottleneck(server) ? "  bottleneck" : ""),
  })), width, (i) => hint(rows[i].path, [
    [null, "utilisation", share(rows[i].utilisation)],
    [null, "places", count(rows[i].capacity)],
    [null, "served", `${count(rows[i].completions)} ${rows[i].unit}`],
    [null, "each in", duration(rows[i].mean_service)],
  ], rows[i].help)));
  chart.draw();
  node.append(table("servers", [
    ["Server", (server) => server.path, path], ["Utilisation", ({utilisation}) => utilisation, share],
    ["Places", ({capacity}) => capacity, count], ["Served", ({completions}) => completions, count],
    ["Each in", ({mean_service: time}) => time, duration], ["What", ({help}) => help],
  ], [...run.servers].sort((a, b) => b.limits - a.limits).map((server) => ({...server, marked: isBottleneck(server)})), {search: "Search servers", rows: 10}));
}

export function cachesSection(page, run) {
  if (run.caches.length === 0) return;
  const node = section(page, "caches", ["Caches", "Cache hit rates"], "Of those that were looked up, the most first.");
  const rows = run.caches.slice(0, mostBars);
  const chart = new Chart(node, "Cache hit rates", heightOf(rows), (width) => shareBars(rows.map((cache) => ({
    path: cache.path, value: cache.hit_rate, colour: palette().service, text: share(cache.hit_rate),
  })), width, (i) => hint(rows[i].path, [
    [null, "hits", count(rows[i].hits)], [null, "misses", count(rows[i].misses)],
    [null, "evictions", count(rows[i].evictions)], [null, "invalidated", count(rows[i].invalidations)],
  ], rows[i].help)));
  chart.draw();
  node.append(table("caches", [
    ["Cache", (cache) => cache.path, path], ["Hit rate", (cache) => cache.hit_rate, share], ["Look-ups", ({lookups}) => lookups, count],
    ["Misses", ({misses}) => misses, count], ["Evictions", ({evictions}) => evictions, count],
    ["Invalidated", ({invalidations}) => invalidations, count],
  ], run.caches, {rows: 20}));
}

function shapeOption({bars, unit, path}) {
  const all = bars.reduce((sum, [, n]) => sum + n, 0);
  return {
    grid: {left: 8, right: 20, top: 12, bottom: 4, containLabel: true},
    legend: null,
    xAxis: {type: "category", data: bars.map(([value]) => unit === "ps" ? duration(value) : plain(value)), axisTick: {alignWithLabel: true}},
    yAxis: {type: "value", axisLabel: {formatter: (part) => rate(part)}, splitNumber: 3},
    tooltip: {
      trigger: "axis", axisPointer: {type: "shadow"},
      formatter: (shown) => hint(path, [[null, shown[0].name, `${count(shown[0].value)} (${share(shown[0].value / all)})`]]),
    },
    series: [{type: "bar", data: bars.map(([, n]) => n), barMaxWidth: 40}],
  };
}

export function shapesSection(page, run) {
  const {shapes} = run;
  if (shapes.length === 0) return;
  const grid = element("div", {class: "grid three"});
  section(page, "shapes", ["Shapes", "Shapes of walks and other distributions"],
    `How often each number occurred: accesses of a walk, sizes of a batch, times of a wait.${shapes.length > mostBars ? ` The ${mostBars} with most of ${shapes.length}.` : ""}`, grid);
  for (const shape of shapes.slice(0, mostBars)) {
    const summary = shape.mean === undefined ? `${count(shape.count)} ${shape.unit}`
      : `${count(shape.count)} times, mean ${shape.unit === "ps" ? duration(shape.mean) : plain(shape.mean)}`;
    const box = element("div", {class: "panel"}, element("h3", {}, path(shape.path)),
      element("p", {class: "note"}, `${summary}. ${shape.help}`));
    grid.append(box);
    new Chart(box, `Distribution of ${shape.path}`, 170, () => shapeOption(shape)).draw();
  }
}

export function queuesSection(page, run) {
  if (run.queues.length === 0) return;
  section(page, "queues", ["Queues", "Queues"], "Of those that anything waited in, the fullest on average first.",
    table("queues", [
      ["Queue", (queue) => queue.path, path], ["Mean", (queue) => queue.mean_occupancy, plain],
      ["Highest", (queue) => queue.high_water_mark, count],
      ["Places", ({capacity}) => capacity === 0 ? Infinity : capacity, (places) => places === Infinity ? "unbounded" : count(places)],
      ["Entered", ({arrivals}) => arrivals, count], ["Stay p50", ({p50}) => p50, duration],
      ["p99", ({p99}) => p99, duration], ["max", ({max}) => max, duration],
    ], run.queues, {search: "Search queues", rows: 12}));
}

export function conservationSection(page, run) {
  const {sent, accounted, balanced, outcomes} = run.conservation;
  const rows = Object.entries(outcomes).map(([name, n]) => ({name, n}));
  const node = section(page, "conservation", ["Conservation", "Every doorbell accounted for"],
    `${count(sent)} sent, ${count(accounted)} accounted for: ${balanced ? "balanced." : "NOT BALANCED."}`,
    table("conservation", [["Outcome", ({name}) => name], ["MSIs", ({n}) => n, count],
      ["Share", ({n}) => sent === 0 ? null : n / sent, share]],
    rows.filter(({n}) => n !== 0).concat({name: "sum", n: accounted, marked: true})));
  const never = rows.filter(({n}) => n === 0).map(({name}) => name);
  if (never.length > 0) node.append(element("p", {class: "note"}, `Never: ${never.join("; ")}.`));
}
