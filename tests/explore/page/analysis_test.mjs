// node --test: what a sweep's page computes.
import assert from "node:assert/strict";
import {test} from "node:test";

import {byKey, etaSquared, paretoFront} from "../../../platforms/explore/page/web/analysis.js";
import {besideLess, closedLoopNote, throughMore, throughMoreText} from "../../../platforms/explore/page/web/closed_loop.js";
import {cumulated, levels, shareAt} from "../../../platforms/explore/page/web/curves.js";
import {knee} from "../../../platforms/explore/page/web/knee.js";
import {lowerIsBetter, SweepView} from "../../../platforms/explore/page/web/sweep_data.js";
import {compareCells} from "../../../platforms/explore/page/web/tables.js";
import {normalFrom, randomFrom} from "./plans.mjs";
import {boundText, count, digitsFor, duration, quantity, rate, share, tick} from "../../../platforms/explore/page/web/units.js";

test("means by key leave out what isn't there", () => {
  assert.deepEqual(byKey(["a", "b", "a", "b"], [1, null, 3, 5]), [
    {key: "a", mean: 2, min: 1, max: 3, n: 2}, {key: "b", mean: 5, min: 5, max: 5, n: 1},
  ]);
});

test("an axis that decides everything explains all variance, one that decides nothing none", () => {
  assert.equal(etaSquared(["x", "x", "y", "y"], [1, 1, 5, 5]), 1);
  assert.equal(etaSquared(["x", "y", "x", "y"], [1, 1, 5, 5]), 0);
  assert.equal(etaSquared(["x", "y"], [3, 3]), null);
  assert.equal(etaSquared(["x", "y"], [3, null]), null);
});

test("the shares of two axes that add up are those of their parts", () => {
  // value = 3 a + b with a, b in {0, 1}: variances 9/4 and 1/4.
  const values = [0, 1, 3, 4];
  assert.equal(etaSquared([0, 0, 1, 1], values), 0.9);
  assert.ok(Math.abs(etaSquared([0, 1, 0, 1], values) - 0.1) < 1e-12);
});

test("the Pareto front has the points that no other beats", () => {
  const points = [[1, 9], [2, 5], [2, 4], [3, 4], [4, 1], [5, 2], [null, 0], [0, null]];
  assert.deepEqual(paretoFront(points), [0, 2, 4]);
  assert.deepEqual(paretoFront(points, {lowerY: false}), [0]);
  assert.deepEqual(paretoFront([[1, 1], [1, 1]]), [0]);
  assert.deepEqual(paretoFront([[1, 1], [2, 2], [3, 0]], {lowerX: false, lowerY: false}), [1, 2]);
});

test("no point of the front is beaten, and every other is", () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) % 40;
  const points = Array.from({length: 200}, () => [random(), random()]);
  const beats = (a, b) => a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);
  const front = paretoFront(points);
  points.forEach((point, i) => {
    const beaten = points.some((other) => beats(other, point));
    if (front.includes(i)) assert.ok(!beaten);
    else assert.ok(beaten || front.some((j) => points[j].every((value, k) => value === point[k])));
  });
});

test("the knee is where saturation begins", () => {
  const saturating = [8, 16, 32, 64, 128, 256].map((entries) => [entries, Math.max(100, 800 - 20 * entries)]);
  assert.equal(knee(saturating, true), 2);
  assert.equal(knee([[0, 0], [1, 1], [2, 2], [3, 3]]), null);
  assert.equal(knee([[0, 5], [1, 5], [2, 5]]), null);
  assert.equal(knee([[0, 1], [1, 9]]), null);
  assert.equal(knee([[0, 0], [1, 1], [2, 2], [3, 30]]), 2);
});

test("a curve that hardly moves has no knee, however it bends", () => {
  const bent = (height) => [[1, 1000 + height], [2, 1000], [3, 1000], [4, 1000]];
  assert.equal(knee(bent(9)), null);
  assert.equal(knee(bent(12)), 1);
  assert.equal(knee(bent(-12)), 1);
  assert.equal(knee(bent(9).map(([x, y]) => [x, -y])), null);
});

test("what only scatters about a straight line has hardly ever a knee", () => {
  const normal = normalFrom(randomFrom(5));
  for (const count of [4, 6, 10, 20]) {
    const bent = Array.from({length: 300}, () => knee(Array.from({length: count}, (_, i) => [i, 10 + i / 2 + normal()])) !== null);
    assert.ok(bent.filter((one) => one).length < 0.12 * 300, `${bent.filter((one) => one).length} of ${count} points`);
  }
});

test("a knee stands out from the scatter of its neighbours", () => {
  const normal = normalFrom(randomFrom(6));
  const bends = Array.from({length: 50}, () => knee([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((x) => [x, Math.max(100, 500 - 100 * x) + 8 * normal()])));
  assert.ok(bends.filter((bend) => bend === 2 || bend === 3 || bend === 4).length > 45, bends.join());
});

test("a bend that the errors of repeats explain is no knee", () => {
  const points = [[1, 200], [2, 110], [3, 100]];
  assert.equal(knee(points), null);
  assert.equal(knee(points, false, 1), 1);
  assert.equal(knee(points, false, 20), null);
});

test("two workloads are never among the same points", () => {
  const point = (workload, a, b) => ({workload, status: "done", coordinates: [{text: String(a), number: a}, {text: b, number: null}]});
  const points = [point("w", 1, "w"), point("v", 1, "v"), point("w", 2, "w"), point("v", 2, "v")];
  const view = new SweepView({axes: [{name: "a"}, {name: "workload"}], parameters: [], points,
    metrics: [{name: "m", unit: "ps", better: "lower", help: "", values: [10, 7000, 20, 7000]}]});
  assert.deepEqual(view.members, [0, 2]);
  assert.deepEqual(view.axes().map(({name}) => name), ["a"]);
  assert.deepEqual(view.curveAxes().map(({name}) => name), ["a", "workload"]);
  assert.deepEqual(view.effectsOn(view.metric).axes.map(({name, effect}) => [name, effect]), [["a", 1]]);
  view.chooseWorkload("v");
  assert.deepEqual(view.members, [1, 3]);
  assert.equal(view.effectsOn(view.metric), null);
});

test("what isn't there comes last in a sorted table", () => {
  const sorted = (descending) => [3, null, 10, undefined, 1].sort((a, b) => compareCells(a, b, descending));
  assert.deepEqual(sorted(false).slice(0, 3), [1, 3, 10]);
  assert.deepEqual(sorted(true).slice(0, 3), [10, 3, 1]);
  assert.deepEqual(["b10", "b9"].sort((a, b) => compareCells(a, b, false)), ["b9", "b10"]);
});

test("the bound of a run without MSIs is one of DMA", () => {
  assert.equal(boundText({bound: 1.7e6, unit: "MSI/s"}), "1.70 M MSI/s");
  assert.equal(boundText({bound: 2.5e9, unit: "bytes/s"}), "2.50 GB/s of DMA");
});

test("a CDF ends at one, and passes the quantiles of the statistics", () => {
  const points = cumulated({group: "stream", min: 3, max: 1_007_000, buckets: [3, 2, 999_424, 2]});
  assert.deepEqual(points, [[3, 0], [3, 0.5], [999_424 + 4096, 1], [1_007_000, 1]]);
  assert.equal(shareAt(points, 2), 0);
  assert.equal(shareAt(points, 500), 0.5);
  assert.equal(shareAt(points, 2_000_000), 1);
});

test("a bucket of a vector is as wide as two of a stream", () => {
  const middle = (group) => cumulated({group, min: 1, max: 2_000_000, buckets: [1_015_808, 1]})[0][0];
  assert.equal(middle("stream"), 1_015_808 + 4096);
  assert.equal(middle("vector"), 1_015_808 + 8192);
});

test("a knee on a logarithmic axis is looked for there", () => {
  const points = [1, 2, 4, 8, 16, 32, 64].map((x, i) => [x, 600 - 100 * i]);
  assert.notEqual(knee(points, false), null);
  assert.equal(knee(points, true), null);
});

test("places on an axis are sorted by their numbers, those of texts stay as planned", () => {
  const view = (coordinates) => new SweepView({axes: [{name: "a"}], metrics: [], parameters: [], points: coordinates.map((one) => ({coordinates: [one]}))});
  const texts = (one) => one.places({i: 0}).map(({text}) => text);
  assert.deepEqual(texts(view([{text: "16", number: 16}, {text: "4", number: 4}])), ["4", "16"]);
  assert.deepEqual(texts(view([{text: "x", number: null}, {text: "4", number: 4}])), ["x", "4"]);
});

test("less is better of what isn't better high", () => {
  assert.deepEqual(["lower", "higher", "neither"].map((better) => lowerIsBetter({better})), [true, false, true]);
});

test("a level is its integral over the width of a bin, the last one ending with the run", () => {
  const queue = {kind: "queue", bin_width: 10, bins: [20, 15], capacity: 4};
  assert.deepEqual(levels(queue, 15), [[0, 2], [10, 3], [15, 3]]);
  assert.deepEqual(levels(queue, 15, true), [[0, 0.5], [10, 0.75], [15, 0.75]]);
  assert.deepEqual(levels({kind: "time_series", bin_width: 1_000_000, bins: [5]}, 1_000_000)[0], [0, 5_000_000]);
});

test("numbers read as in the summary of a run", () => {
  assert.deepEqual([0, 850, 12_400, 3_070_000, 999_500].map(duration), ["0", "850 ps", "12.4 ns", "3.07 us", "1.00 us"]);
  assert.deepEqual([812, 2340, 1.25e6, 3.91e9].map(rate), ["812", "2.34 k", "1.25 M", "3.91 G"]);
  assert.equal(count(36349), "36\u202f349");
  assert.equal(share(0.123), "12.3 %");
  assert.equal(quantity(0.5, ""), "50.0 %");
  assert.equal(quantity(3.96e9, "bytes/s"), "3.96 GB/s");
  assert.equal(quantity(null, "ps"), "\u2013");
});

test("values that differ little have digits enough to be told apart, and no more", () => {
  assert.equal(digitsFor([100, 900]), 3);
  assert.equal(digitsFor([5, 5]), 3);
  assert.equal(digitsFor([null]), 3);
  const rates = [945_100, 946_300];
  assert.deepEqual(rates.map((value) => quantity(value, "1/s", digitsFor(rates))), ["945.1 k/s", "946.3 k/s"]);
  assert.deepEqual(rates.map((value) => tick(value, "1/s", digitsFor(rates))), ["945.1 k/s", "946.3 k/s"]);
  const shares = [0.99931, 0.99985];
  assert.deepEqual(shares.map((value) => quantity(value, "", digitsFor(shares))), ["99.931 %", "99.985 %"]);
  assert.equal(digitsFor([1e9, 1e9 + 1]), 7);
});

const places = (...texts) => texts.map((text) => ({text, number: Number.isNaN(Number(text)) ? null : Number(text)}));

test("a latency that is longer with more throughput is told from one that is worse", () => {
  const axes = [{i: 0, name: "smmu"}, {i: 1, name: "entries"}];
  const points = [places("virt", "8"), places("ideal", "8"), places("virt", "64"), places("ideal", "64")];
  assert.deepEqual(besideLess(points, axes, [289, 440, 300, 250], [94, 103, 80, 103]), [
    null,
    {beside: 0, axis: "smmu", longer: 440 / 289 - 1, more: 103 / 94 - 1},
    null, // longer, and less comes through: worse
    null,
  ]);
  assert.deepEqual(besideLess(points, axes, [100, 101, 100, 150], [100, 150, 100, 101]), [null, null, null, null], "within 2 %");
  assert.deepEqual(besideLess(points, axes, [100, null, null, 150], [100, 150, 150, 150]), [null, null, null, null], "apart on two axes");
});

const closedLoopSweep = (latencies, rates, unit = "ps") => new SweepView({
  axes: [{name: "smmu", unit: "", is_repeat: false, logarithmic: false}],
  points: ["virt", "ideal"].map((text) => ({workload: "w", status: "done", coordinates: places(text)})),
  metrics: [
    {name: "latency.end_to_end.p99", unit, better: "lower", help: "", values: latencies},
    {name: "totals.msi_rate", unit: "1/s", better: "higher", help: "", values: rates},
  ],
  parameters: [],
});

test("the page says so beside the number", () => {
  const view = closedLoopSweep([289000, 440000], [940000, 1030000]);
  const [axis] = view.axes();
  const [[point, found]] = throughMore(view);
  assert.equal(point, 1);
  assert.equal(throughMoreText(found), "52.2 % longer than at point 1, with 9.6 % more throughput");
  assert.match(closedLoopNote(view, axis), /from smmu virt to ideal \(points 1 and 2\).*from 289 ns to 440 ns while 9\.6 % more comes through/);
});

test("where there is nothing to say the page says nothing", () => {
  for (const view of [
    closedLoopSweep([440000, 289000], [940000, 1030000]), closedLoopSweep([289000, 440000], [1030000, 940000]),
    closedLoopSweep([289000, 440000], [940000, 1030000], "entries"), closedLoopSweep([289000, 440000], [null, 1030000]),
  ]) {
    assert.equal(throughMore(view), null);
    assert.equal(closedLoopNote(view, view.axes()[0]), null);
  }
});
