// node --test: which axes matter, and how surely the page says so.
import assert from "node:assert/strict";
import {test} from "node:test";

import {Sensitivity, detectable, level, pointsFor, uncertainOrders} from "../../../platforms/explore/page/web/sensitivity.js";
import {tailOfF} from "../../../platforms/explore/page/web/statistics.js";
import {effectText, verdict} from "../../../platforms/explore/page/web/verdict.js";
import {axesNamed, coordinatesOf, functions, grid, hypercube, normalFrom, randomFrom} from "./plans.mjs";

const names = (count) => axesNamed(...Array.from({length: count}, (_, i) => `x${i}`));
const analysed = (points, values) => new Sensitivity(names(points[0].length), coordinatesOf(points)).of(values);
const axis = (result, i) => result.axes.find(({name}) => name === `x${i}`);

/// The results for a function at samples of several seeds.
function results({of, effects}, count, seeds) {
  return Array.from({length: seeds}, (_, seed) => {
    const points = hypercube(count, effects.length, randomFrom(seed + 1));
    return analysed(points, points.map(of));
  });
}

test("an axis that does nothing isn't said to decide everything, though each of its places has one point", () => {
  for (const result of results(functions.additive, 64, 10)) {
    for (let i = 3; i < 12; ++i) {
      assert.equal(axis(result, i).found, false);
      assert.ok(axis(result, i).effect < 0.05, `${axis(result, i).effect}`);
    }
    assert.deepEqual(result.axes.slice(0, 3).map(({name}) => name), ["x0", "x1", "x2"]);
  }
});

for (const [name, known] of Object.entries(functions)) {
  for (const count of [64, 256]) {
    test(`the effects of ${name} with ${count} points are in their intervals, and right in the mean`, () => {
      const all = results(known, count, 60);
      const held = all.filter((result) => known.effects.every((effect, i) => axis(result, i).low <= effect && effect <= axis(result, i).high));
      assert.ok(held.length >= 0.87 * all.length, `${held.length} of ${all.length}`);
      known.effects.forEach((effect, i) => {
        const mean = all.reduce((sum, result) => sum + axis(result, i).effect, 0) / all.length;
        assert.ok(Math.abs(mean - effect) < (count === 64 ? 0.04 : 0.02), `${i}: ${mean}, not ${effect}`);
      });
    });
  }
}

test("what two axes do only together is no third axis's, whose leading digit is the sum of theirs as in a Sobol sequence", () => {
  const random = randomFrom(14);
  const half = (x) => Number(x >= 0.5);
  const points = hypercube(64, 4, random).map(([a, b, c, d]) => [a, b, ((half(a) ^ half(b)) + c) / 2, d]);
  const result = analysed(points, points.map(([a, b]) => (a - 0.5) * (b - 0.5)));
  assert.deepEqual(result.axes.filter(({found}) => found), []);
  assert.deepEqual(result.together.map(({names}) => names), [["x0", "x1"]]);
  assert.ok(result.together[0].effect > 0.8);
  assert.match(verdict(result).join(" "), /Only together matter x0 with x1 \(\d\d\.\d %\)\./);
});

test("with more points intervals are narrower", () => {
  const width = (count) => {
    const all = results(functions.ishigami, count, 20).map((result) => axis(result, 0));
    return all.reduce((sum, {low, high}) => sum + high - low, 0) / all.length;
  };
  assert.ok(width(512) < 0.5 * width(64));
});

test("noise is hardly ever taken for an effect", () => {
  const normal = normalFrom(randomFrom(7));
  const wrong = Array.from({length: 200}, (_, seed) => {
    const points = hypercube(64, 12, randomFrom(seed + 1));
    return analysed(points, points.map(normal)).axes.some(({found}) => found);
  }).filter((found) => found).length;
  assert.ok(wrong <= 2 * level * 200, `${wrong}`);
});

test("so many points find an effect four times of five, and half as many don't", () => {
  const normal = normalFrom(randomFrom(3));
  const effect = 0.2;
  const wanted = pointsFor(effect, 1, 6);
  const foundOf = (count) => Array.from({length: 150}, (_, seed) => {
    const points = hypercube(count, 6, randomFrom(seed + 1));
    const values = points.map((x) => Math.sqrt(12 * effect) * x[0] + Math.sqrt(1 - effect) * normal());
    return axis(analysed(points, values), 0).found;
  }).filter((found) => found).length / 150;
  const enough = foundOf(wanted);
  assert.ok(enough > 0.68 && enough < 0.95, `${enough} with ${wanted}`);
  assert.ok(foundOf(Math.round(wanted / 2)) < 0.6);
  assert.ok(Math.abs(detectable(wanted, 1, 6) - effect) < 0.03);
});

test("a sample ranks as the grid of the same function does", () => {
  const of = (x) => 400 * Math.max(0, 1 - 2 * x[0]) + 150 * Math.exp(-3 * x[1]) + 60 * x[2] + 20 * x[3] * x[0];
  const steps = Array.from({length: 8}, (_, i) => (i + 0.5) / 8);
  const cells = grid(steps, steps, steps, steps);
  const exact = analysed(cells, cells.map(of));
  assert.ok(exact.axes.every((one) => one.exact));
  const points = hypercube(128, 4, randomFrom(5));
  const estimated = analysed(points, points.map(of));
  assert.deepEqual(estimated.axes.slice(0, 3).map(({name}) => name), exact.axes.slice(0, 3).map(({name}) => name));
  for (let i = 0; i < 3; ++i) {
    const {low, high} = axis(estimated, i);
    const {effect} = axis(exact, i);
    assert.ok(low <= effect && effect <= high, `${i}: ${effect} not in ${low} to ${high}`);
  }
});

test("a full grid has exact effects, also when points failed", () => {
  const cells = grid([0, 1, 2], [0, 1, 2, 3]);
  const values = cells.map(([a, b]) => 10 * a + b);
  const result = analysed(cells, values);
  assert.equal(result.count, null);
  assert.ok(Math.abs(axis(result, 0).effect + axis(result, 1).effect - 1) < 1e-12);
  assert.deepEqual(axis(result, 0), {...axis(result, 0), found: true, exact: true, low: axis(result, 0).effect, high: axis(result, 0).effect});
  values[5] = null;
  assert.equal(analysed(cells, values).count, null);
});

test("in plans that change one axis at a time, one that changes nothing has no effect", () => {
  const points = [[1, 1, 1], [2, 1, 1], [3, 1, 1], [1, 2, 1], [1, 3, 1], [1, 1, 2], [1, 1, 3]];
  const result = analysed(points, points.map(([a, b]) => 10 * a + b));
  assert.ok(result.base && result.count === null);
  assert.deepEqual(result.axes.map(({name, found}) => [name, found]), [["x0", true], ["x1", true], ["x2", false]]);
  assert.ok(Math.abs(axis(result, 0).effect - 100 / 101) < 1e-12);
});

test("axes that advance together are ranked as one", () => {
  const points = grid([1, 2, 3, 4], [0, 1]).map(([a, b]) => [a, 10 * a, b]);
  const result = analysed(points, points.map(([a, , b]) => a + b));
  assert.deepEqual(result.axes.map(({name, zipped}) => [name, zipped]), [["x0", ["x1"]], ["x2", []]]);
  assert.equal(result.count, null);
});

test("axes that a sample is crossed with don't make it larger than it is", () => {
  const normal = normalFrom(randomFrom(11));
  let wrong = 0;
  let found = 0;
  for (let seed = 1; seed <= 100; ++seed) {
    // Nothing but the two axes `a` and `variant` matters; `a` has noise that all variants share.
    const sample = hypercube(32, 4, randomFrom(seed));
    const noise = sample.map(normal);
    const points = sample.flatMap((point, i) => ["slow", "fast", "ideal", "none"].map((variant) => ({point: [...point, variant], i})));
    const values = points.map(({point, i}) => noise[i] + (point[4] === "slow" ? 1 : 0));
    const result = analysed(points.map(({point}) => point), values);
    assert.equal(result.count, 32);
    wrong += [0, 1, 2, 3].some((i) => axis(result, i).found);
    found += axis(result, 4).found;
  }
  assert.ok(wrong <= 10, `${wrong}`);
  assert.equal(found, 100);
});

test("effects of a sample and of what it is crossed with are shares of the same variance", () => {
  const sample = hypercube(64, 3, randomFrom(8));
  const points = sample.flatMap((point) => [0, 1, 2, 3].map((speed) => [...point, speed]));
  const result = analysed(points, points.map(([a, , , speed]) => Math.sqrt(12) * a + (speed === 0 ? 2 : 0)));
  assert.ok(Math.abs(axis(result, 0).effect - 1 / 1.75) < 0.02, `${axis(result, 0).effect}`);
  assert.ok(Math.abs(axis(result, 3).effect - 0.75 / 1.75) < 0.02, `${axis(result, 3).effect}`);
});

test("the interval of what a sample is crossed with knows how uncertain the whole variance is", () => {
  const normal = normalFrom(randomFrom(21));
  const held = Array.from({length: 100}, (_, seed) => {
    const sample = hypercube(16, 2, randomFrom(seed + 1)).map((point) => ({point, noise: normal()}));
    const points = sample.flatMap(({point, noise}) => [0, 1, 2, 3].map((speed) => ({point: [...point, speed], noise})));
    const {low, high} = axis(analysed(points.map(({point}) => point), points.map(({point, noise}) => noise + (point[2] === 0 ? 2 : 0) + 0.1 * normal())), 2);
    const effect = 0.75 / 1.76;
    return low <= effect && effect <= high;
  });
  assert.ok(held.filter((one) => one).length >= 87, `${held.filter((one) => one).length}`);
});

test("the order of the points doesn't matter, also where places are the same", () => {
  const points = hypercube(64, 3, randomFrom(12)).map(([a, b, c]) => [Math.round(9 * a), b, c]);
  const values = points.map(([a, b]) => a * a + 5 * b);
  const effects = (order) => analysed(order.map((i) => points[i]), order.map((i) => values[i])).axes.map(({name, effect}) => [name, effect.toFixed(9)]);
  const forward = points.map((_, i) => i);
  assert.deepEqual(effects([...forward].reverse()), effects(forward));
});

test("a sampled axis of texts or few places has an effect, one of too many places has none", () => {
  const random = randomFrom(2);
  const points = hypercube(60, 3, random).map(([a, b, c], i) => [["x", "y", "z"][Math.floor(3 * a)], Math.floor(4 * b), c, `t${i % 30}`]);
  const result = analysed(points, points.map(([a, b]) => ({x: 0, y: 5, z: 1})[a] + 2 * b));
  assert.ok(axis(result, 0).found && axis(result, 1).found && !axis(result, 2).found);
  assert.equal(axis(result, 3).effect, null);
  assert.equal(effectText(axis(result, 3)), "too few points");
});

test("a metric that is missing somewhere is ranked by the points that have it, and one that is constant isn't", () => {
  const points = hypercube(64, 3, randomFrom(4));
  const values = points.map(([a], i) => (i % 4 === 0 ? null : a));
  const result = analysed(points, values);
  assert.equal(result.count, 48);
  assert.equal(result.axes[0].name, "x0");
  assert.equal(analysed(points, points.map(() => 3)), null);
  assert.equal(analysed(points, points.map(() => null)), null);
});

test("the page says what wasn't told from noise, and how many points would", () => {
  const normal = normalFrom(randomFrom(1));
  const points = hypercube(32, 6, randomFrom(1));
  const text = verdict(analysed(points, points.map((x) => 12 * x[0] + normal()))).join(" ");
  assert.match(text, /Told from noise: x0\./);
  assert.match(text, /Not told from noise, or less than 1\.0 %: (x[1-5], ){3}x[1-5] and x[1-5]\./);
  const nothing = verdict(analysed(points, points.map(normal))).join(" ");
  assert.match(nothing, /No axis is told from noise\./);
  const [, wanted] = /to find those of 5\.0 %, some ([\d\u202f]+) points are needed/.exec(nothing);
  assert.ok(Number(wanted.replace("\u202f", "")) >= pointsFor(0.05, 0.9, 6));
});

test("two axes that matter about as much are said to, or how many points would order them", () => {
  const points = hypercube(64, 3, randomFrom(9));
  const near = analysed(points, points.map(([a, b]) => 10 * a + 9 * b));
  const [{points: wanted}] = uncertainOrders(near);
  assert.ok(wanted > 64);
  assert.match(verdict(near).join(" "), /isn't certain; some .* points would tell|matter about equally/);
  assert.deepEqual(uncertainOrders(analysed(points, points.map(([a, b]) => 10 * a + b))), []);
  // Those that are negligible beside another need no order.
  assert.deepEqual(uncertainOrders(analysed(points, points.map(([a, b, c]) => 30 * a + b + 0.9 * c))), []);
});

test("an order that more points would tell needs more points than there are", () => {
  for (const result of results({of: (x) => 3 * x[0] + 1.8 * x[1] + x[2], effects: [1, 1, 1, 1]}, 64, 40)) {
    for (const {points} of uncertainOrders(result)) assert.ok(points > 64, `${points}`);
  }
});

test("a single axis is said to be the only one", () => {
  const points = [[1], [2], [3]];
  assert.match(verdict(analysed(points, [5, 7, 6])).join(" "), /Only this axis varies/);
});

test("the tail of F is that of the tables", () => {
  const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-4, `${value}`);
  near(tailOfF(4.9646, 1, 10), 0.05);
  near(tailOfF(3.6490, 4, 60), 0.01);
  near(tailOfF(2.5252, 4, 60), 0.05);
  near(tailOfF(0, 3, 3), 1);
});
