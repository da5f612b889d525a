// What the effects of axes tell, and what they can't, in sentences.
import {detectable, negligible, pointsFor, smallEffect, uncertainOrders} from "./sensitivity.js";
import {count, share} from "./units.js";

const notable = 0.1; // a share that no axis explains by itself, from which it is worth a sentence

const listOf = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`);

/// As many as are worth telling of a number that is an estimate: two digits, rounded up.
function about(points) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(points)) - 1);
  return count(Math.ceil(points / unit) * unit);
}

/// Of what Sensitivity.of() found: an array of sentences.
export function verdict(result) {
  const {axes, left, together} = result;
  if (result.count === null) {
    return axes.length === 1 ? ["Only this axis varies, so that all variance is its own; repeats of the points would show the noise."] : [];
  }
  const names = (found) => axes.filter((axis) => axis.found === found).map(({name, zipped}) => [name, ...zipped].join(" with "));
  const [told, hidden] = [names(true), names(false)];
  const sentences = [told.length > 0 ? `Told from noise: ${listOf(told)}.` : "No axis is told from noise."];
  if (hidden.length > 0) {
    sentences.push(`Not told from noise, or less than ${share(negligible)}: ${listOf(hidden)}.`);
    const least = detectable(result.count, left, axes.length);
    sentences.push(least <= smallEffect
      ? `With ${count(result.count)} points, effects of ${share(Math.max(least, negligible))} would have been found four times of five.`
      : `With ${count(result.count)} points, effects below ${share(least)} easily stay hidden; `
        + `to find those of ${share(smallEffect)}, some ${about(pointsFor(smallEffect, left, axes.length))} points are needed.`);
  }
  for (const {first, second, points} of uncertainOrders(result)) {
    sentences.push(points > 100 * result.count ? `${first} and ${second} matter about equally.`
      : `Whether ${first} matters more than ${second} isn't certain; some ${about(points)} points would tell.`);
  }
  if (together.length > 0) {
    sentences.push(`Only together matter ${listOf(together.map((pair) => `${pair.names.join(" with ")} (${share(pair.effect)})`))}.`);
  }
  if (left >= notable) {
    sentences.push(`${share(left)} of the variance is in none of these: smaller effects, what more axes do only together, and noise.`);
  }
  return sentences;
}

/// "34.1 % (28.0 to 40.2 %)" of one axis; exact ones have no interval.
export function effectText({effect, low, high, found, exact}) {
  if (effect === null) return "too few points";
  if (exact) return share(effect);
  const percent = (part) => (100 * part).toFixed(1);
  return found ? `${share(effect)} (${percent(low)} to ${share(high)})` : `not told from noise (up to ${share(high)})`;
}
