// Where a metric is worse because more came through: a closed loop gives a better machine more to do.
import {digitsFor, quantity, share} from "./units.js";

// What differs by less is no difference.
const leastApart = 0.02;
const throughputs = ["totals.msi_rate", "totals.byte_rate"];

/// Latencies, and other times that are better short.
function isLatency({unit, better}) {
  return unit === "ps" && better === "lower";
}

/// The one axis on which two points differ, of those that count; null when they differ on more or none.
function onlyDifference(a, b, axes) {
  const apart = axes.filter(({i}) => a[i].text !== b[i].text);
  return apart.length === 1 ? apart[0] : null;
}

/// For each point null or {beside, axis, longer, more}: the point beside it, apart on one axis only, at which the metric is
/// best though less came through; by which shares the metric is longer and the throughput more. `points` are rows of
/// coordinates, `axes` those that count, [{i, name}], of which some may name others that they advance with.
export function besideLess(points, axes, latencies, rates) {
  return points.map((point, i) => {
    let found = null;
    points.forEach((other, j) => {
      if (latencies[i] === null || latencies[j] === null || rates[i] === null || rates[j] === null) return;
      const longer = latencies[i] / latencies[j] - 1;
      const more = rates[i] / rates[j] - 1;
      if (!(longer > leastApart && more > leastApart) || (found !== null && longer <= found.longer)) return;
      const axis = onlyDifference(point, other, axes);
      if (axis !== null) found = {beside: j, axis: axis.name, longer, more};
    });
    return found;
  });
}

/// The same of the chosen metric of a page, by point; null when it is no latency, or throughput doesn't vary. Of axes that
/// advance together the first counts; repeats differ by chance.
export function throughMore(view) {
  const throughput = throughputs.map((name) => view.metricCalled(name)).find((found) => found);
  if (!throughput || !isLatency(view.metric) || view.sampled.size > 0) return null;
  const axes = view.axes().filter(({name}) => view.leading.has(name));
  const repeats = view.sweep.axes.flatMap((axis, i) => (axis.is_repeat ? [{i, name: axis.name}] : []));
  const rows = view.members.map((i) => view.sweep.points[i].coordinates);
  const found = besideLess(rows, [...axes, ...repeats], view.valuesOf(view.metric), view.valuesOf(throughput));
  const byPoint = new Map();
  found.forEach((one, row) => {
    if (one !== null && axes.some(({name}) => name === one.axis)) byPoint.set(view.members[row], {...one, beside: view.members[one.beside]});
  });
  return byPoint.size === 0 ? null : byPoint;
}

/// What a cell says: "49.8 % longer than at point 3, with 9.6 % more throughput".
export function throughMoreText({beside, longer, more}) {
  return `${share(longer)} longer than at point ${beside + 1}, with ${share(more)} more throughput`;
}

/// A sentence for the curves along an axis; null where nothing is to be said.
export function closedLoopNote(view, axis) {
  const found = [...throughMore(view) ?? []].filter(([, one]) => one.axis === axis.name);
  if (found.length === 0) return null;
  const [i, {beside, more}] = found.reduce((most, one) => (one[1].longer > most[1].longer ? one : most));
  const {values, unit} = view.metric;
  const digits = digitsFor([values[i], values[beside]]);
  const at = (point) => view.sweep.points[point].coordinates[axis.i].text;
  return `Longer is not worse here: from ${axis.name} ${at(beside)} to ${at(i)} (points ${beside + 1} and ${i + 1}) ${view.metric.name} grows from `
    + `${quantity(values[beside], unit, digits)} to ${quantity(values[i], unit, digits)} while ${share(more)} more comes through. A closed loop sends the next as soon as the last `
    + "is done: what gets faster is given more to do, and waits elsewhere. Compare such points by throughput.";
}
