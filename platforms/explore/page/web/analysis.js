// What a sweep tells about its axes. Nothing is drawn here.

/// The mean, least and greatest of the values of each key, in the order in which the keys first
/// come: [{key, mean, min, max, n}]. A null value isn't there.
export function byKey(keys, values) {
  const groups = new Map();
  keys.forEach((key, i) => {
    const value = values[i];
    if (value === null) return;
    const group = groups.get(key) ?? {key, sum: 0, min: value, max: value, n: 0};
    group.sum += value;
    group.min = Math.min(group.min, value);
    group.max = Math.max(group.max, value);
    ++group.n;
    groups.set(key, group);
  });
  return [...groups.values()].map(({key, sum, min, max, n}) => ({key, mean: sum / n, min, max, n}));
}

/// Eta squared: which share of the variance of the values the means of the keys explain, 0 to 1.
/// Null when the values are all the same, or there are fewer than two.
export function etaSquared(keys, values) {
  const present = values.filter((value) => value !== null);
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const total = present.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (present.length < 2 || total === 0) return null;
  const between = byKey(keys, values).reduce((sum, group) => sum + group.n * (group.mean - mean) ** 2, 0);
  return Math.min(1, between / total);
}

/// The numbers of those points [x, y] that no other beats in one and equals or beats in the other,
/// along x. Of equal points the first is taken. A null coordinate is no point.
export function paretoFront(points, {lowerX = true, lowerY = true} = {}) {
  const cost = points.map(([x, y]) => (x === null || y === null ? null : [lowerX ? x : -x, lowerY ? y : -y]));
  const order = cost.map((_, i) => i).filter((i) => cost[i] !== null)
    .sort((a, b) => cost[a][0] - cost[b][0] || cost[a][1] - cost[b][1] || a - b);
  const front = [];
  let best = Infinity;
  for (const i of order) {
    if (cost[i][1] < best) {
      best = cost[i][1];
      front.push(i);
    }
  }
  return lowerX ? front : front.reverse();
}
