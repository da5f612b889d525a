// Curves through points, by least squares (docs/report.md).
const mostWaves = 8;

/// So many cosines follow a curve through `count` points: more follow the noise.
export function wavesFor(count) {
  return Math.min(mostWaves, Math.max(1, Math.floor(Math.sqrt(count) / 2)));
}

// Loops, not reduce() and map(), where most of the time of a page is spent.
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

/// a + factor b
export function added(a, b, factor) {
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

/// What a curve along an axis may be made of: cosines of the rank where places are numbers, as many as
/// give any value at each where they are few, and else any value at each place. Null when there are too
/// few points for each place.
export function basisOf({numbers, classes}) {
  const count = classes.length;
  const places = new Set(classes).size;
  if (numbers !== null) {
    const at = ranks(numbers);
    const waves = Math.min(places - 1, wavesFor(count));
    return orthonormal(Array.from({length: waves}, (_, wave) => at.map((rank) => Math.cos(Math.PI * (wave + 1) * rank))));
  }
  if (places > count / 3) return null;
  return orthonormal(Array.from({length: places - 1}, (_, place) => classes.map((one) => Number(one === place))));
}

const shapes = 2; // of each axis: what a pair does is followed by so many of the slowest waves

/// What two axes may do only together: products of their slowest curves.
export function pairBasis(one, other) {
  const products = one.slice(0, shapes).flatMap((a) => other.slice(0, shapes).map((b) => a.map((value, i) => value * b[i])));
  return orthonormal(products);
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
