// Where a curve bends, and whether that is more than noise.
import {orthonormal, residualOf, sumOfSquares} from "./regression.js";
import {tailOfF} from "./statistics.js";

/// How far from the line between its ends a curve must reach, as a share of its height, to have a
/// knee; and how high it must be, as a share of its greatest value: what is lower is chance, or moves
/// nothing that anybody notices.
export const kneeFrom = 0.1;
export const kneeHeight = 0.01;

const errors = 3; // a bend of so many errors of repeats is no chance
const chance = 0.02; // that neighbours which only scatter seem to bend

/// How likely points that scatter about a straight line fit one that is broken at `bend` so much better.
function chanceOf(xs, ys, bend) {
  const below = xs.length - 3;
  if (below < 1) return 1;
  const broken = xs.map((x) => Math.max(0, x - xs[bend]));
  const straight = sumOfSquares(residualOf(orthonormal([xs]), ys));
  const rest = sumOfSquares(residualOf(orthonormal([xs, broken]), ys));
  return tailOfF((straight - rest) / Math.max(rest / below, 1e-12 * straight), 1, below);
}

/// Where a curve of points [x, y] bends most: the number of the point farthest from the straight line
/// between its ends, x and y being brought to 0..1 (x by its logarithm, if so). Null when that is
/// nearer than `kneeFrom`, the curve is lower than `kneeHeight`, or noise bends as much: the `error` of
/// the points, which repeats tell, or else the scatter of neighbours, for which there must be four.
export function knee(points, logarithmic = false, error = null) {
  if (points.length < 3) return null;
  const xs = points.map(([x]) => (logarithmic ? Math.log(x) : x));
  const ys = points.map(([, y]) => y);
  const width = xs[xs.length - 1] - xs[0];
  const height = Math.max(...ys) - Math.min(...ys);
  if (width === 0 || height === 0 || height < kneeHeight * Math.max(...ys.map(Math.abs))) return null;
  const rise = (ys[ys.length - 1] - ys[0]) / width;
  const distances = xs.map((x, i) => Math.abs(ys[i] - ys[0] - rise * (x - xs[0])));
  const bend = distances.indexOf(Math.max(...distances));
  if (distances[bend] < kneeFrom * height) return null;
  if (error === null) return chanceOf(xs, ys, bend) < chance ? bend : null;
  const along = (xs[bend] - xs[0]) / width;
  return distances[bend] > errors * error * Math.hypot(1, along, 1 - along) ? bend : null;
}
