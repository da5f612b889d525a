// A metric as a sum of curves along axes and of what pairs of axes do together (docs/report.md).
import {added, centred, dot, sumOfSquares} from "./regression.js";
import {criticalF} from "./statistics.js";

const mostSweeps = 200;
const fewSweeps = 2; // are enough to see what comes next
const settled = 1e-9; // of the whole: what moves less has settled

/// What a model may be made of: `terms` of {basis: orthonormal columns, family: how many terms are of its
/// kind}. Each gets `first`, the number of its first column among all.
export class Terms {
  constructor(terms) {
    this.columns = terms.flatMap(({basis}) => basis);
    let first = 0;
    this.list = terms.map((term) => {
      first += term.basis.length;
      return {...term, first: first - term.basis.length};
    });
    this.known = [];
  }

  productsWith(values) {
    return Float64Array.from(this.columns, (column) => dot(column, values));
  }

  /// The products of a column with all. They are the same for all metrics.
  overlaps(column) {
    return this.known[column] ??= this.productsWith(this.columns[column]);
  }
}

/// The terms that are told from noise. They are taken in one by one, the one that leaves least noise first,
/// until chance makes every other with more than `level`, shared among its family; and given up again when others have taken over what they seemed to do. Only products with the columns are kept of
/// values and residual, so that the many metrics of a page cost little.
export class AdditiveModel {
  constructor(values, terms, level) {
    this.values = centred(values);
    this.terms = terms;
    this.level = level;
    this.weights = new Map();
    this.products = terms.productsWith(this.values);
    this.whole = sumOfSquares(this.values);
    this.rest = this.whole;
    for (let next = this.best(); next !== null; next = this.best()) {
      this.weights.set(next, new Float64Array(next.basis.length));
      this.fit(fewSweeps);
    }
    this.fit(mostSweeps);
    for (let worst = this.worst(); worst !== null; worst = this.worst()) {
      this.move(worst, this.weights.get(worst).map((weight) => -weight));
      this.weights.delete(worst);
      this.fit(mostSweeps);
    }
    this.curves = new Map([...this.weights].map(([term, weights]) => [term, curveOf(term, weights, values.length)]));
    this.residual = [...this.curves.values()].reduce((rest, curve) => added(rest, curve, -1), this.values);
  }

  has(term) {
    return this.weights.has(term);
  }

  /// What the curves of all other terms leave to that of `term`.
  responseOf(term) {
    return this.has(term) ? added(this.residual, this.curves.get(term), 1) : this.residual;
  }

  /// Degrees of freedom that are left when all curves and that of a term are fitted.
  freedom(term) {
    let left = this.values.length - 1;
    for (const one of this.weights.keys()) left -= one.basis.length;
    return this.has(term) ? left : left - term.basis.length;
  }

  ofResidual({basis, first}) {
    return this.products.subarray(first, first + basis.length);
  }

  /// Changes the weights of a term, and with them the residual.
  move(term, steps) {
    this.rest += sumOfSquares(steps) - 2 * dot(steps, this.ofResidual(term));
    steps.forEach((step, i) => {
      const overlaps = this.terms.overlaps(term.first + i);
      for (let column = 0; column < this.products.length; ++column) this.products[column] -= step * overlaps[column];
    });
  }

  /// What a term does to what all others leave: {noise a degree of freedom that is left then, above: how many
  /// times the ratio of its part to that noise is what chance reaches}.
  judge(term) {
    const inside = this.ofResidual(term);
    const own = this.weights.get(term) ?? new Float64Array(term.basis.length);
    const part = sumOfSquares(added(inside, own, 1));
    const below = this.freedom(term);
    const noise = Math.max(this.rest - sumOfSquares(inside), settled * this.whole) / below;
    return {term, noise, above: part / term.basis.length / noise / criticalF(this.level / term.family, term.basis.length, below)};
  }

  best() {
    if (this.rest <= settled * this.whole) return null;
    const found = this.terms.list.filter((term) => !this.has(term) && 2 * this.freedom(term) >= this.values.length - 1)
      .map((term) => this.judge(term)).filter(({above}) => above > 1).sort((a, b) => a.noise - b.noise);
    return found.length > 0 ? found[0].term : null;
  }

  worst() {
    const lost = [...this.weights.keys()].map((term) => this.judge(term)).filter(({above}) => above <= 1).sort((a, b) => a.above - b.above);
    return lost.length > 0 ? lost[0].term : null;
  }

  /// Each curve in turn to what the others leave, until none moves (backfitting).
  fit(sweeps) {
    for (let i = 0, moved = Infinity; i < sweeps && moved > settled * this.whole; ++i) {
      moved = 0;
      for (const [term, weights] of this.weights) {
        const steps = this.ofResidual(term).slice();
        this.move(term, steps);
        this.weights.set(term, added(weights, steps, 1));
        moved += sumOfSquares(steps);
      }
    }
  }
}

function curveOf({basis}, weights, count) {
  return basis.reduce((curve, column, i) => added(curve, column, weights[i]), new Float64Array(count));
}
