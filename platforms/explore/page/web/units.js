// Numbers for people, as platforms/report/units.h writes them.

const usualDigits = 3;
const mostDigits = 7;

/// `value` in the largest of `units`, each 1000 of the one before, with so many digits.
function scaled(value, units, digits = usualDigits) {
  let unit = 0;
  let size = Math.abs(value);
  while (size >= 999.5 && unit + 1 < units.length) {
    value /= 1000;
    size /= 1000;
    ++unit;
  }
  const whole = unit === 0 && Number.isInteger(value);
  const decimals = whole ? 0 : digits - (size >= 99.95 ? 3 : size >= 9.995 ? 2 : 1);
  return `${value.toFixed(decimals)} ${units[unit]}`.trim();
}

/// How many digits tell values apart that differ little: so many that their range has two.
export function digitsFor(values) {
  const known = values.filter((value) => typeof value === "number");
  const largest = Math.max(...known.map(Math.abs));
  const range = Math.max(...known) - Math.min(...known);
  if (!(range > 0)) return usualDigits;
  return Math.min(Math.max(Math.ceil(Math.log10(largest / range)) + 1, usualDigits), mostDigits);
}

const times = ["ps", "ns", "us", "ms", "s"];
const prefixes = ["", "k", "M", "G", "T"];

/// Of picoseconds: "12.4 ns".
export function duration(ps) {
  return ps === 0 ? "0" : scaled(ps, times);
}

/// Thousands apart: "36 349".
export function count(value) {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/// Three digits and a prefix: "2.34 k".
export function rate(value) {
  return scaled(value, prefixes);
}

/// Of a part between 0 and 1: "12.3 %".
export function share(part) {
  return `${(100 * part).toFixed(1)} %`;
}

/// A number without a unit, short.
export function plain(value) {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

/// A metric's value with its unit; an empty unit is a ratio.
export function quantity(value, unit, digits = usualDigits) {
  if (value === null || value === undefined) return "\u2013";
  if (typeof value !== "number") return String(value);
  switch (unit) {
    case "": return `${(100 * value).toFixed(digits - 2)} %`;
    case "ps": return value === 0 ? "0" : scaled(value, times, digits);
    case "bytes": return `${scaled(value, prefixes, digits)}B`.replace(/(\d)B$/, "$1 B");
    case "bytes/s": return `${scaled(value, prefixes, digits)}B/s`.replace(/(\d)B/, "$1 B");
    case "1/s": return `${scaled(value, prefixes, digits)}/s`;
    case "Hz": return `${scaled(value, prefixes, digits)}Hz`.replace(/(\d)Hz/, "$1 Hz");
    default: return `${plain(value)} ${unit}`;
  }
}

/// The bound of a bottleneck with its unit; a run without MSIs has one of DMA.
export function boundText({bound, unit}) {
  return unit === "bytes/s" ? `${quantity(bound, unit)} of DMA` : `${rate(bound)} ${unit}`;
}

/// A quantity for the labels of an axis: short, and with its unit only where that changes the number.
export function tick(value, unit, digits = usualDigits) {
  if (unit === "") return `${Number((100 * value).toPrecision(digits))} %`;
  if (["ps", "bytes", "bytes/s", "1/s", "Hz"].includes(unit)) return quantity(value, unit, digits);
  return Math.abs(value) >= 1000 ? rate(value) : plain(value);
}
