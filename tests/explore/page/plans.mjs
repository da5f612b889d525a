// Plans and functions whose indices are known, for what the page tells about axes.

/// Numbers from 0 to below 1, the same for a seed.
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function normalFrom(random) {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/// `count` points of a Latin hypercube, in the unit cube.
export function hypercube(count, dimensions, random) {
  const columns = Array.from({length: dimensions}, () => {
    const slices = Array.from({length: count}, (_, i) => i);
    for (let i = count - 1; i > 0; --i) {
      const j = Math.floor(random() * (i + 1));
      [slices[i], slices[j]] = [slices[j], slices[i]];
    }
    return slices.map((slice) => (slice + random()) / count);
  });
  return Array.from({length: count}, (_, i) => columns.map((column) => column[i]));
}

/// Every combination of values.
export function grid(...lists) {
  return lists.reduce((points, list) => points.flatMap((point) => list.map((value) => [...point, value])), [[]]);
}

/// Points as the page has them: a number, or a text that is none.
export function coordinatesOf(points) {
  return points.map((point) => point.map((value) => (typeof value === "number" ? {text: String(value), number: value} : {text: value, number: null})));
}

export const axesNamed = (...names) => names.map((name) => ({name}));

const ishigamiA = 7;
const ishigamiB = 0.1;
const ishigamiVariance = ishigamiA ** 2 / 8 + ishigamiB * Math.PI ** 4 / 5 + ishigamiB ** 2 * Math.PI ** 8 / 18 + 0.5;

/// {of: a function on the unit cube, effects: its first-order indices in closed form}. Additive: slopes 3,
/// 2 and 1 among axes that do nothing. Interaction: a product, of which neither axis has an effect by
/// itself. Ishigami and Homma 1990. The g-function of Sobol' 1993.
export const functions = {
  additive: {of: (x) => 3 * x[0] + 2 * x[1] + x[2], effects: [9 / 14, 4 / 14, 1 / 14, 0, 0, 0, 0, 0, 0, 0, 0, 0]},
  interaction: {of: (x) => (x[0] - 0.5) * (x[1] - 0.5), effects: [0, 0, 0, 0]},
  ishigami: {
    of: (x) => {
      const [a, b, c] = x.map((value) => Math.PI * (2 * value - 1));
      return Math.sin(a) + ishigamiA * Math.sin(b) ** 2 + ishigamiB * c ** 4 * Math.sin(a);
    },
    effects: [(1 + ishigamiB * Math.PI ** 4 / 5) ** 2 / 2 / ishigamiVariance, ishigamiA ** 2 / 8 / ishigamiVariance, 0],
  },
  g: (() => {
    const weights = [0, 1, 4.5, 9, 99, 99, 99, 99];
    const parts = weights.map((weight) => 1 / 3 / (1 + weight) ** 2);
    const variance = parts.reduce((product, part) => product * (1 + part), 1) - 1;
    return {
      of: (x) => weights.reduce((product, weight, i) => product * (Math.abs(4 * x[i] - 2) + weight) / (1 + weight), 1),
      effects: parts.map((part) => part / variance),
    };
  })(),
};
