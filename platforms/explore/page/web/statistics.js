// Distributions that tests of significance need.

const coefficients = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
  -0.5395239384953e-5];

/// The logarithm of the gamma function, by Lanczos' approximation, for x > 0.
function logGamma(x) {
  const shifted = x + 5.5;
  const series = coefficients.reduce((sum, one, i) => sum + one / (x + 1 + i), 1.000000000190015);
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log(2.5066282746310005 * series / x);
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz.
function betaFraction(x, a, b) {
  const away = (value) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / away(1 - (a + b) * x / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; ++m) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    let step = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      step = c * d;
      result *= step;
    }
    if (Math.abs(step - 1) < 1e-14) break;
  }
  return result;
}

/// The regularised incomplete beta function I_x(a, b).
export function incompleteBeta(x, a, b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b;
}

/// How likely chance alone makes a ratio of variances of `above` and `below` degrees of freedom at
/// least `ratio` (the upper tail of F).
export function tailOfF(ratio, above, below) {
  return ratio <= 0 ? 1 : incompleteBeta(below / (below + above * ratio), below / 2, above / 2);
}

/// The least x >= 0 for which a rising `f` reaches 0: by halving.
export function rootOf(f) {
  let high = 1;
  while (f(high) < 0 && high < 1e12) high *= 2;
  let low = 0;
  for (let i = 0; i < 100 && high - low > 1e-12 * high; ++i) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return high;
}

const known = new Map();

/// The ratio that chance exceeds with this probability. Remembered: thousands of metrics ask the same.
export function criticalF(probability, above, below) {
  const key = `${probability} ${above} ${below}`;
  if (!known.has(key)) known.set(key, rootOf((ratio) => probability - tailOfF(ratio, above, below)));
  return known.get(key);
}
