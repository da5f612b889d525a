// What kind of plan the points of a sweep are: which axes are crossed with all others, and which are
// sampled. It is read off the points, so that a plan with gaps and an old database are judged alike.

const complete = 0.75; // from this share of its crossings an axis counts as crossed

/// Numbers from 0 in the order in which the keys first come.
function classesOf(keys) {
  const seen = new Map();
  return keys.map((key) => seen.get(key) ?? seen.set(key, seen.size).get(key));
}

const countOf = (classes) => new Set(classes).size;

/// Which rows are the same on all of `axes`: as classes again.
export function crossing(axes, rows) {
  return classesOf(rows.map((_, row) => axes.map(({classes}) => classes[row]).join(" ")));
}

/// Whether one axis says all that the other does, rising or falling with it.
function together(a, b) {
  if (a.classes.some((one, row) => one !== b.classes[row])) return false;
  if (a.numbers === null || b.numbers === null) return true;
  const order = a.numbers.map((_, row) => row).sort((i, j) => a.numbers[i] - a.numbers[j]);
  const steps = order.slice(1).map((row, i) => Math.sign(b.numbers[row] - b.numbers[order[i]])).filter((step) => step !== 0);
  return steps.every((step) => step === steps[0]);
}

/// The classes of the row from which every other differs on one axis at most; null without one, or with
/// a single axis.
function baseOf(axes, rows) {
  const base = axes.map(({classes}) => {
    const counts = [];
    for (const one of classes) counts[one] = (counts[one] ?? 0) + 1;
    return counts.indexOf(Math.max(...counts));
  });
  const near = rows.every((_, row) => axes.filter(({classes}, a) => classes[row] !== base[a]).length <= 1);
  return near && axes.length > 1 ? base : null;
}

function isCrossed(axis, axes, rows) {
  const others = countOf(crossing(axes.filter((one) => one !== axis), rows));
  return countOf(crossing(axes, rows)) >= complete * others * axis.places;
}

/// Of `rows`, the coordinates {text, number} of each point, {axes that vary: {name, i, classes of the
/// rows, numbers (null where places are texts), places: how many, zipped: names of those that move with
/// it, sampled}, base: the place on each of a plan that changes one axis at a time, else null}.
export function designOf(axes, rows) {
  const varied = [];
  axes.forEach(({name}, i) => {
    const classes = classesOf(rows.map((row) => row[i].text));
    const numbers = rows.map((row) => row[i].number);
    const axis = {name, i, classes, numbers: numbers.includes(null) ? null : numbers, places: countOf(classes), zipped: [], sampled: false};
    const same = varied.find((other) => together(other, axis));
    if (axis.places > 1 && same) same.zipped.push(name);
    else if (axis.places > 1) varied.push(axis);
  });
  const base = baseOf(varied, rows);
  if (base === null) {
    for (const axis of varied) axis.sampled = !isCrossed(axis, varied, rows);
  }
  return {axes: varied, base};
}
