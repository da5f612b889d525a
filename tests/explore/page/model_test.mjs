// node --test: which curves, and which pairs of axes, the model of a metric takes in.
import assert from "node:assert/strict";
import {test} from "node:test";

import {AdditiveModel, Terms} from "../../../platforms/explore/page/web/model.js";
import {orthonormal} from "../../../platforms/explore/page/web/regression.js";
import {Sensitivity} from "../../../platforms/explore/page/web/sensitivity.js";
import {axesNamed, coordinatesOf, hypercube, normalFrom, randomFrom} from "./plans.mjs";

const normal = normalFrom(randomFrom(31));
const noise = (count, size = 1) => Array.from({length: count}, () => size * normal());
const sum = (...columns) => columns[0].map((_, i) => columns.reduce((all, column) => all + column[i], 0));
const times = (factor, column) => column.map((value) => factor * value);

/// The numbers of the terms that a model of `values` has, each of one of `columns`.
function taken(columns, values) {
  const terms = new Terms(columns.map((column) => ({basis: orthonormal([column]), family: columns.length})));
  const model = new AdditiveModel(values, terms, 0.05);
  return terms.list.map((_, i) => i).filter((i) => model.has(terms.list[i]));
}

test("a curve that seemed to do what two others do is given up", () => {
  const [u, v, e] = orthonormal([noise(64), noise(64), noise(64)]);
  const both = sum(u, v, times(0.7, e));
  assert.deepEqual(taken([both, u, v], sum(u, v, noise(64, 0.002))), [1, 2]);
});

test("curves take no more than half of the degrees of freedom", () => {
  const columns = orthonormal(Array.from({length: 12}, () => noise(16)));
  assert.ok(taken(columns, sum(...columns.map((column, i) => times(3 ** -i, column)))).length <= 8);
});

test("the likelier of two curves that resemble each other is taken", () => {
  const [u, e] = orthonormal([noise(64), noise(64)]);
  assert.deepEqual(taken([sum(u, times(0.5, e)), u], sum(u, noise(64, 0.01))), [1]);
});

test("pairs are found that both bend in the middle of their axes", () => {
  const points = hypercube(128, 4, randomFrom(3));
  const {together, axes} = new Sensitivity(axesNamed("a", "b", "c", "d"), coordinatesOf(points))
    .of(points.map(([a, b]) => Math.cos(2 * Math.PI * a) * Math.cos(2 * Math.PI * b)));
  assert.deepEqual(together.map(({names}) => names), [["a", "b"]]);
  assert.ok(axes.every(({found}) => !found));
});
