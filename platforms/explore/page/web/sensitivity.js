// Which axes of a sweep matter for a metric, and how surely that is known (docs/report.md).
import {etaSquared} from "./analysis.js";
import {crossing, designOf} from "./design.js";
import {AdditiveModel, Terms} from "./model.js";
import {basisOf, centred, pairBasis, projected, sumOfSquares, wavesFor} from "./regression.js";
import {criticalF, rootOf, tailOfF} from "./statistics.js";

export const level = 0.05; // how often chance alone may be taken for an effect, of a metric
const power = -0.8416; // of the normal distribution: four of five effects that there are shall be found
export const smallEffect = 0.05; // an effect that is worth finding
export const negligible = 0.01; // what axes do together leaves as much that looks like an effect
const mostPoints = 1e6;

/// The mean of `values` in each class.
function meansOf(classes, values) {
  const sums = [];
  const counts = [];
  classes.forEach((one, row) => {
    sums[one] = (sums[one] ?? 0) + values[row];
    counts[one] = (counts[one] ?? 0) + 1;
  });
  return sums.map((sum, one) => sum / counts[one]);
}

/// Values less the mean of their class.
function within(classes, values) {
  const means = meansOf(classes, values);
  return values.map((value, row) => value - means[classes[row]]);
}

/// What doesn't depend on the metric: axes, and one row for each place that was sampled, which stands for
/// all that it is crossed with.
class Plan {
  constructor(axes, rows) {
    const {axes: design, base} = designOf(axes, rows);
    this.design = design;
    this.base = base;
    this.crossed = this.design.filter(({sampled}) => !sampled);
    this.sampled = this.design.filter((axis) => axis.sampled);
    this.cells = crossing(this.crossed, rows);
    this.places = crossing(this.sampled, rows);
    const first = [...new Set(this.places)].map((place) => this.places.indexOf(place));
    const single = this.sampled.map(({name, classes, numbers}) => ({
      names: [name], family: this.sampled.length,
      basis: basisOf({classes: first.map((row) => classes[row]), numbers: numbers && first.map((row) => numbers[row])}),
    }));
    const known = single.filter(({basis}) => basis !== null);
    const pairs = known.flatMap((one, i) => known.slice(i + 1).map((other) => ({
      names: [...one.names, ...other.names], family: known.length * (known.length - 1) / 2, basis: pairBasis(one.basis, other.basis),
    })));
    this.terms = new Terms([...known, ...pairs.filter(({basis}) => basis.length > 0)]);
  }
}

const unknown = {effect: null, low: 0, high: 1, found: false, exact: false};

/// The largest effect that noise (a share of the variance, of each of `above` degrees of freedom) lowers to
/// `effect`, by `reach` errors.
function largest(effect, reach, noise, above) {
  const middle = effect + 2 * reach ** 2 * noise;
  return middle + Math.sqrt(Math.max(0, middle ** 2 - effect ** 2 + 2 * above * (reach * noise) ** 2));
}

/// An effect with the interval that holds it, unless chance has its day on one of `family` axes. The root of
/// an effect that is there has an error that hardly depends on its size, so that intervals are made there.
function estimate({effect, error, noise, above, below, family, told}) {
  const size = Math.max(0, effect);
  const reach = Math.sqrt(criticalF(level / family, 1, Math.max(below, 1)));
  const root = Math.sqrt(size);
  const low = told && size >= negligible ? Math.max(0, root - error * reach / 2 / root) ** 2 : 0;
  const high = low > 0 ? (root + error * reach / 2 / root) ** 2 : largest(size, reach, noise, above);
  return {effect: Math.min(1, size), low, high: Math.min(1, high), found: low > 0, exact: false};
}

/// The effect of a term of the model: the variance of its curve less what noise adds to it, and the error
/// of the efficient estimator.
function sampledEffect(model, term, whole, family) {
  if (term === undefined || model.freedom(term) < 1) return unknown;
  const {basis} = term;
  const response = model.responseOf(term);
  const curve = projected(basis, response);
  const below = model.freedom(term);
  const noise = Math.max(0, sumOfSquares(response) - sumOfSquares(curve)) / below;
  const effect = (sumOfSquares(curve) - basis.length * noise) / whole;
  const count = response.length;
  const influence = response.map((value, row) => (2 * curve[row] * value - curve[row] ** 2 - effect * model.values[row] ** 2) * count / whole);
  const variance = sumOfSquares(centred(influence)) / count / count + 2 * basis.length * (noise / whole) ** 2;
  return estimate({
    effect, error: Math.sqrt(variance), noise: noise / whole, above: basis.length, below, family, told: model.has(term),
  });
}

/// The error of the variance that `means` of sampled places tell, as a share of `variance`.
function errorOfVariance(means, variance) {
  const squares = centred(means).map((mean) => mean ** 2);
  return Math.sqrt(sumOfSquares(centred(squares))) / means.length / variance;
}

/// The effects of axes that are crossed with all samples: the share of their means, less what noise adds.
function crossedEffects({crossed, places}, means, values, whole, axes) {
  const uncertain = errorOfVariance(means, whole / values.length);
  const response = within(places, values);
  const parts = crossed.map(({classes}) => sumOfSquares(response) - sumOfSquares(within(classes, response)));
  const used = new Set(places).size + crossed.reduce((sum, axis) => sum + axis.places - 1, 0);
  const below = values.length - used;
  const noise = Math.max(0, sumOfSquares(response) - parts.reduce((sum, part) => sum + part, 0)) / below;
  return crossed.map((axis, i) => {
    if (below < 1) return unknown;
    const above = axis.places - 1;
    const told = tailOfF(parts[i] / above / noise, above, below) < level / axes;
    const effect = (parts[i] - above * noise) / whole;
    const error = Math.hypot(Math.sqrt(2 * above * noise ** 2 + 4 * noise * parts[i]) / whole, effect * uncertain);
    return estimate({effect, error, noise: noise / whole, above, below: means.length - 1, family: axes, told});
  });
}

/// How much of an effect, in units of noise a point, is needed for four of five to be found with `waves`.
function neededStrength(waves, below, axes) {
  const critical = waves * criticalF(level / axes, waves, below);
  return rootOf((strength) => waves + strength + power * Math.sqrt(2 * (waves + 2 * strength)) - critical);
}

/// The least effect that so many points find four times of five, when curves leave the share `left`.
export function detectable(count, left, axes) {
  const waves = wavesFor(count);
  return Math.min(1, neededStrength(waves, Math.max(1, count - 1 - waves), axes) * left / count);
}

/// How many points find an effect of this size four times of five, when curves leave the share `left`.
export function pointsFor(effect, left, axes) {
  for (let count = 8; count < mostPoints; count = Math.ceil(count * 1.03)) {
    if (detectable(count, left, axes) <= effect) return count;
  }
  return mostPoints;
}

const exactly = (effect) => ({effect, low: effect, high: effect, found: effect > 0, exact: true});

/// Of a full grid.
function gridEffects({design}, values) {
  return design.map(({classes}) => exactly(etaSquared(classes, values)));
}

/// Of a plan that changes one axis at a time: the variance along each from the base, as a share of all.
function baseEffects({design, base}, values) {
  const parts = design.map((axis) => {
    const along = values.filter((_, row) => design.every((other, a) => other === axis || other.classes[row] === base[a]));
    return sumOfSquares(centred(along)) / along.length;
  });
  const whole = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => exactly(part / whole));
}

function sampledEffects(plan, values) {
  const means = meansOf(plan.places, within(plan.cells, values));
  const count = means.length;
  const sum = sumOfSquares(centred(values));
  const whole = sum / values.length * count;
  const axes = plan.design.length;
  const model = new AdditiveModel(means, plan.terms, level);
  const termOf = ({name}) => plan.terms.list.find(({names}) => names.length === 1 && names[0] === name);
  const sampled = plan.sampled.map((axis) => sampledEffect(model, termOf(axis), whole, axes));
  const together = plan.terms.list.filter((term) => term.names.length > 1 && model.has(term))
    .map((pair) => ({names: pair.names, ...sampledEffect(model, pair, whole, pair.family)})).sort((a, b) => b.effect - a.effect);
  const crossed = crossedEffects(plan, means, values, sum, axes);
  const used = [...model.curves.keys()].reduce((all, {basis}) => all + basis.length, 0);
  const left = sumOfSquares(model.residual) * (count - 1) / (count - 1 - used) / whole;
  return {
    count, left: Math.min(1, left), together,
    effects: plan.design.map((axis) => (axis.sampled ? sampled[plan.sampled.indexOf(axis)] : crossed[plan.crossed.indexOf(axis)])),
  };
}

const rank = ({found, effect}) => (found ? 2 : 0) + (effect ?? -1);

/// What some points of a sweep, at `coordinates`, tell about its axes.
export class Sensitivity {
  constructor(axes, coordinates) {
    this.axes = axes;
    this.coordinates = coordinates;
    this.plans = new Map();
  }

  /// The plan that those points make at which a metric exists.
  planOf(present) {
    const key = present.length === this.coordinates.length ? "all" : present.join(" ");
    if (!this.plans.has(key)) this.plans.set(key, new Plan(this.axes, present.map((i) => this.coordinates[i])));
    return this.plans.get(key);
  }

  /// The axes by their effect on `values`, of which null isn't there: {count of the places that were
  /// sampled (null for a grid), left: which share of the variance is in no curve, together: [{names of two
  /// axes, effect, ...}], what they do only together, axes: [{name, zipped,
  /// effect, low, high, found, exact}], base: whether one axis at a time was changed}, those told from
  /// noise first, the strongest before others. Null when the values are all the same.
  of(values) {
    const present = values.map((_, i) => i).filter((i) => values[i] !== null);
    const known = present.map((i) => values[i]);
    if (known.every((value) => value === known[0])) return null;
    const plan = this.planOf(present);
    const {count, left, effects, together = []} = plan.sampled.length > 0 ? sampledEffects(plan, known)
      : {count: null, left: 0, effects: (plan.base === null ? gridEffects : baseEffects)(plan, known)};
    const axes = plan.design.map(({name, zipped}, a) => ({name, zipped, ...effects[a]})).sort((a, b) => rank(b) - rank(a));
    return {count, left, together, axes, base: plan.base !== null};
  }
}

/// The pairs that follow each other among the effects found, whose order isn't certain: {first, second,
/// points: how many would tell}.
export function uncertainOrders({count, axes}) {
  const found = axes.filter((axis) => axis.found && !axis.exact);
  return found.slice(1).map((second, i) => {
    const first = found[i];
    const reach = Math.hypot(first.effect - first.low, second.high - second.effect);
    return {first, second, points: Math.min(mostPoints, Math.ceil(count * (reach / (first.effect - second.effect)) ** 2))};
  }).filter(({points}) => points > count)
    .map(({first, second, points}) => ({first: first.name, second: second.name, points}));
}
