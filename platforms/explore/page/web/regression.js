// A metric as the sum of curves along sampled axes, fitted by least squares (docs/report.md).
import {tailOfF} from "./statistics.js";

const mostWaves = 8;

/// So many cosines follow a curve through `count` points: more follow the noise.
export function wavesFor(count) {
  return Math.min(mostWaves, Math.max(1, Math.floor(Math.sqrt(count) / 2)));
}

// Loops, not reduce() and map(), where most of the time of a page is spent.
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

/// a + factor b
function added(a, b, factor) {
  const sum = new Float64Array(a.length);
  for (let i = 0; i < a.length; ++i) sum[i] = a[i] + factor * b[i];
  return sum;
}

export const sumOfSquares = (values) => dot(values, values);

export function centred(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return new Float64Array(values).map((value) => value - mean);
}

/// Orthonormal columns that span the same as these and a constant; what adds nothing is left out.
export function orthonormal(columns) {
  const basis = [];
  for (const column of columns) {
    let rest = centred(column);
    const before = sumOfSquares(rest);
    for (const one of basis) {
      const along = dot(one, rest);
      rest = added(rest, one, -along);
    }
    const norm = Math.sqrt(sumOfSquares(rest));
    if (norm * norm > 1e-9 * before) basis.push(rest.map((value) => value / norm));
  }
  return basis;
}

/// Where each number stands among all, 0 to 1; equal ones share the middle of their ranks.
function ranks(numbers) {
  const order = numbers.map((_, i) => i).sort((a, b) => numbers[a] - numbers[b]);
  const result = new Array(numbers.length);
  for (let first = 0, last; first < order.length; first = last) {
    for (last = first + 1; last < order.length && numbers[order[last]] === numbers[order[first]];) ++last;
    for (let i = first; i < last; ++i) result[order[i]] = (first + last) / 2 / order.length;
  }
  return result;
}

/// What a curve along an axis may be made of: cosines of the rank where places are many and numbers, any
/// value at each place where they are few. Null when there are too few points for each place.
export function basisOf({numbers, classes}) {
  const count = classes.length;
  const places = new Set(classes).size;
  const waves = wavesFor(count);
  if (numbers !== null && places > waves + 1) {
    const at = ranks(numbers);
    return orthonormal(Array.from({length: waves}, (_, wave) => at.map((rank) => Math.cos(Math.PI * (wave + 1) * rank))));
  }
  if (places > count / 3) return null;
  return orthonormal(Array.from({length: places - 1}, (_, place) => classes.map((one) => Number(one === place))));
}

/// The part of `values` that a basis spans.
export function projected(basis, values) {
  const fit = new Float64Array(values.length);
  for (const column of basis) {
    const along = dot(column, values);
    for (let i = 0; i < fit.length; ++i) fit[i] += along * column[i];
  }
  return fit;
}

/// What a constant and a basis leave of `values`.
export function residualOf(basis, values) {
  const rest = centred(values);
  return added(rest, projected(basis, rest), -1);
}

/// The curve through a cloud of points whose variance is the effect of its axis: [[x, y], ...] along x.
export function trendOf(numbers, values) {
  const basis = basisOf({numbers, classes: numbers});
  if (basis === null) return [];
  const rest = residualOf(basis, values);
  return numbers.map((x, i) => [x, values[i] - rest[i]]).sort(([a], [b]) => a - b);
}

const mostSweeps = 20;
const fewSweeps = 2; // are enough to see what comes next
const settled = 1e-9; // of the whole: what moves less has settled

/// Curves along those axes that are told from noise. They are taken in one by one, the one that chance
/// makes least likely first, until chance makes the next with more than `level`, shared among those left.
export class AdditiveModel {
  constructor(values, bases, level) {
    this.values = centred(values);
    this.bases = bases;
    this.curves = new Map();
    this.residual = this.values;
    this.whole = sumOfSquares(this.values);
    for (let next = this.likeliest(level); next !== null; next = this.likeliest(level)) {
      this.curves.set(next, null);
      this.fit(fewSweeps);
    }
    this.fit(mostSweeps);
  }

  /// Degrees of freedom that are left when all curves and that along axis `a` are fitted.
  freedom(a) {
    const used = [...new Set([...this.curves.keys(), a])].reduce((sum, one) => sum + this.bases[one].length, 0);
    return this.values.length - 1 - used;
  }

  likeliest(level) {
    const left = this.bases.map((_, a) => a).filter((a) => this.bases[a] !== null && !this.curves.has(a));
    const rest = sumOfSquares(this.residual);
    if (left.length === 0 || rest <= settled * this.whole) return null;
    const chances = left.map((a) => {
      const part = this.bases[a].reduce((sum, column) => sum + dot(column, this.residual) ** 2, 0);
      const below = this.freedom(a);
      if (2 * below < this.values.length - 1) return 1;
      return tailOfF((part / this.bases[a].length) / (Math.max(rest - part, settled * rest) / below), this.bases[a].length, below);
    });
    const least = Math.min(...chances);
    return least < level / left.length ? left[chances.indexOf(least)] : null;
  }

  /// Each curve in turn to what the others leave, until none moves (backfitting).
  fit(sweeps) {
    for (let i = 0, moved = Infinity; i < sweeps && moved > settled * this.whole; ++i) {
      moved = 0;
      for (const a of this.curves.keys()) {
        const response = this.responseOf(a);
        const curve = projected(this.bases[a], response);
        const residual = added(response, curve, -1);
        moved += sumOfSquares(added(residual, this.residual, -1));
        this.curves.set(a, curve);
        this.residual = residual;
      }
    }
  }

  /// What the curves along all other axes leave to that along `a`.
  responseOf(a) {
    const own = this.curves.get(a);
    return own ? added(this.residual, own, 1) : this.residual;
  }
}
