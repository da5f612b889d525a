// The data of a sweep, by point.
import {digitsFor, quantity, tick} from "./units.js";

const preferred = ["latency.end_to_end.p99", "totals.msi_rate", "totals.byte_rate"];

/// What the sections of the page share: the sweep, and the metric that the reader chose.
export class SweepView {
  constructor(sweep) {
    this.sweep = sweep;
    this.metric = preferred.map((name) => this.metricCalled(name)).find((found) => found) ?? sweep.metrics[0] ?? null;
    this.listeners = [];
  }

  /// A value of the chosen metric, with digits enough to tell its values apart.
  show(value) {
    return quantity(value, this.metric.unit, digitsFor(this.metric.values));
  }

  /// The same on an axis.
  tick(value) {
    return tick(value, this.metric.unit, digitsFor(this.metric.values));
  }

  metricCalled(name) {
    return this.sweep.metrics.find((metric) => metric.name === name);
  }

  choose(name) {
    const found = this.metricCalled(name);
    if (!found || found === this.metric) return;
    this.metric = found;
    for (const listener of this.listeners) listener();
  }

  /// Axes that a curve may run along, and those besides `others`.
  axes(...others) {
    return this.sweep.axes.map((axis, i) => ({...axis, i})).filter((axis) => !axis.is_repeat && !others.includes(axis.name));
  }

  axisCalled(name) {
    return this.axes().find((axis) => axis.name === name) ?? null;
  }

  /// The text of each point on an axis.
  texts(axis) {
    return this.sweep.points.map((point) => point.coordinates[axis.i].text);
  }

  /// The different places on an axis: {text, number}, by number where all have one, else as planned.
  places(axis) {
    const places = new Map();
    for (const {coordinates} of this.sweep.points) places.set(coordinates[axis.i].text, coordinates[axis.i]);
    const all = [...places.values()];
    return all.every(({number}) => number !== null) ? all.sort((a, b) => a.number - b.number) : all;
  }

  isNumeric(axis) {
    return this.places(axis).every(({number}) => number !== null);
  }

  /// "smmu.tlb.entries 64, ..." of a point.
  nameOf(i) {
    return this.sweep.axes.map((axis, a) => `${axis.name} ${this.sweep.points[i].coordinates[a].text}`).join(", ");
  }

  /// What can be a cost: axes and parameters that differ and are numbers, [{name, unit, values}].
  costs() {
    const found = this.axes().filter((axis) => this.isNumeric(axis)).map((axis) => ({
      name: axis.name, unit: axis.unit, values: this.sweep.points.map(({coordinates}) => coordinates[axis.i].number),
    }));
    for (const {name, unit, values} of this.sweep.parameters) {
      const numbers = values.map((text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null));
      const known = found.some((cost) => cost.name === name);
      if (values.length > 1 && !known && numbers.every((number) => number !== null)) found.push({name, unit, values: numbers});
    }
    return found;
  }
}

/// Whether less of a metric is better; what is neither counts as lower.
export function lowerIsBetter(metric) {
  return metric.better !== "higher";
}
