// What the statistics file holds, as points to draw (docs/statistics.md).

const picosecondsASecond = 1e12;
const smallestShown = 1; // ps: a logarithmic axis has no zero

/// Buckets to an octave, as powers of two (docs/statistics.md).
const vectorBits = 5;
const otherBits = 6;

/// The middle of the bucket that begins at `low`, as the quantiles are given.
function middle(low, bits) {
  const octave = Math.floor(Math.log2(Math.max(low, 1)));
  return octave <= bits ? low : low + 2 ** (octave - bits - 1);
}

/// [[time, share of those not above it], ...] of a distribution.
export function cumulated(distribution) {
  const bits = distribution.group === "vector" ? vectorBits : otherBits;
  const {buckets, min, max} = distribution;
  let total = 0;
  for (let i = 1; i < buckets.length; i += 2) total += buckets[i];
  let seen = 0;
  const points = [];
  for (let i = 0; i < buckets.length; i += 2) {
    const time = Math.min(Math.max(middle(buckets[i], bits), min), max);
    if (points.length === 0) points.push([Math.max(time, smallestShown), 0]);
    seen += buckets[i + 1];
    points.push([Math.max(time, smallestShown), seen / total]);
  }
  points.push([Math.max(max, smallestShown), 1]);
  return points;
}

/// The share of a cumulated distribution at a time.
export function shareAt(points, time) {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const half = (low + high) >> 1;
    if (points[half][0] <= time) low = half + 1;
    else high = half;
  }
  return low === 0 ? 0 : points[low - 1][1];
}

/// [[start of the bin, mean in it], ...], to the end of the run.
export function levels(series, end, relative = false) {
  const scale = series.kind === "time_series" ? picosecondsASecond : 1 / (relative ? series.capacity : 1);
  const points = [];
  for (let i = 0; i * series.bin_width < end; ++i) {
    const start = i * series.bin_width;
    const width = Math.min(series.bin_width, end - start);
    points.push([start, ((series.bins[i] ?? 0) / width) * scale]);
  }
  if (points.length > 0) points.push([end, points[points.length - 1][1]]);
  return points;
}
