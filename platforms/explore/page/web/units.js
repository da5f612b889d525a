// Numbers for people, as platforms/report/units.h writes them.

/// `value` in the largest of `units`, each 1000 of the one before, with three digits.
function scaled(value, units) {
  let unit = 0;
  let size = Math.abs(value);
  while (size >= 999.5 && unit + 1 < units.length) {
    value /= 1000;
    size /= 1000;
    ++unit;
  }
  const whole = unit === 0 && Number.isInteger(value);
  const decimals = whole || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${value.toFixed(decimals)} ${units[unit]}`.trim();
}

/// Of picoseconds: "12.4 ns".
export function duration(ps) {
  return ps === 0 ? "0" : scaled(ps, ["ps", "ns", "us", "ms", "s"]);
}

/// Thousands apart: "36 349".
export function count(value) {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/// Three digits and a prefix: "2.34 k".
export function rate(value) {
  return scaled(value, ["", "k", "M", "G", "T"]);
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
export function quantity(value, unit) {
  if (value === null || value === undefined) return "\u2013";
  if (typeof value !== "number") return String(value);
  switch (unit) {
    case "": return share(value);
    case "ps": return duration(value);
    case "bytes": return `${rate(value)}B`.replace(/(\d)B$/, "$1 B");
    case "bytes/s": return `${rate(value)}B/s`.replace(/(\d)B/, "$1 B");
    case "1/s": return `${rate(value)}/s`;
    case "Hz": return `${rate(value)}Hz`.replace(/(\d)Hz/, "$1 Hz");
    default: return `${plain(value)} ${unit}`;
  }
}

/// The same for the labels of an axis: short, and with its unit only where that changes the number.
export function tick(value, unit) {
  if (unit === "" || ["ps", "bytes", "bytes/s", "1/s", "Hz"].includes(unit)) {
    return unit === "" ? `${Number((100 * value).toPrecision(3))} %` : quantity(value, unit);
  }
  return Math.abs(value) >= 1000 ? rate(value) : plain(value);
}
