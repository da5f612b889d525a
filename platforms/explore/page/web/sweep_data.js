// The data of a sweep, by point.
import {designOf} from "./design.js";
import {Sensitivity} from "./sensitivity.js";
import {digitsFor, quantity, tick} from "./units.js";

const preferred = ["latency.end_to_end.p99", "totals.msi_rate", "totals.byte_rate"];

/// What the sections of the page share: the sweep, and the metric and workload that the reader chose.
/// Two workloads are never put into one mean, rank or trend.
export class SweepView {
  constructor(sweep) {
    this.sweep = sweep;
    this.metric = preferred.map((name) => this.metricCalled(name)).find((found) => found) ?? sweep.metrics[0] ?? null;
    this.workloads = [...new Set(sweep.points.map(({workload}) => workload))];
    this.listeners = [];
    this.see(this.workloads[0]);
  }

  see(workload) {
    this.workload = workload;
    this.members = this.sweep.points.map((_, i) => i).filter((i) => this.sweep.points[i].workload === workload);
    const rows = this.members.map((i) => this.sweep.points[i].coordinates);
    const done = rows.filter((_, row) => this.sweep.points[this.members[row]].status === "done");
    const {axes} = designOf(this.sweep.axes, done);
    this.sampled = new Set(axes.filter(({sampled}) => sampled).flatMap(({name, zipped}) => [name, ...zipped]));
    this.leading = new Set(axes.map(({name}) => name)); // of axes that advance together, the first
    this.sensitivity = new Sensitivity(this.sweep.axes, rows);
  }

  /// What a metric is at the points of the workload.
  valuesOf(metric) {
    return this.members.map((i) => metric.values[i]);
  }

  /// The axes by their effect on a metric within the workload, as Sensitivity says.
  effectsOn(metric) {
    return this.sensitivity.of(this.valuesOf(metric));
  }

  /// A value of the chosen metric, with digits enough to tell its values apart.
  show(value) {
    return quantity(value, this.metric.unit, digitsFor(this.valuesOf(this.metric)));
  }

  /// The same on an axis.
  tick(value) {
    return tick(value, this.metric.unit, digitsFor(this.valuesOf(this.metric)));
  }

  metricCalled(name) {
    return this.sweep.metrics.find((metric) => metric.name === name);
  }

  choose(name) {
    const found = this.metricCalled(name);
    if (!found || found === this.metric) return;
    this.metric = found;
    this.tell();
  }

  chooseWorkload(name) {
    if (!this.workloads.includes(name) || name === this.workload) return;
    this.see(name);
    this.tell();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  /// Axes that vary within the workload, but repeats and `others`.
  axes(...others) {
    return this.sweep.axes.map((axis, i) => ({...axis, i}))
      .filter((axis) => !axis.is_repeat && !others.includes(axis.name) && this.varies(axis, this.members));
  }

  varies(axis, members) {
    return members.some((i) => this.sweep.points[i].coordinates[axis.i].text !== this.sweep.points[members[0]].coordinates[axis.i].text);
  }

  /// The same, and those each place of which has one workload: they may tell workloads apart.
  curveAxes(...others) {
    const apart = this.sweep.axes.map((axis, i) => ({...axis, i})).filter((axis) => !others.includes(axis.name) && this.tellsWorkloadsApart(axis));
    return [...this.axes(...others), ...apart.filter(({name}) => !this.axes().some((axis) => axis.name === name))];
  }

  tellsWorkloadsApart(axis) {
    const workloads = new Map();
    return this.workloads.length > 1 && !axis.is_repeat && this.sweep.points.every(({workload, coordinates}) => {
      const {text} = coordinates[axis.i];
      if (!workloads.has(text)) workloads.set(text, workload);
      return workloads.get(text) === workload;
    });
  }

  axisCalled(name) {
    return this.curveAxes().find((axis) => axis.name === name) ?? null;
  }

  /// The points of the workload, or all when an axis among `axes` keeps workloads apart.
  pointsAlong(...axes) {
    return axes.some((axis) => axis && this.tellsWorkloadsApart(axis)) ? this.sweep.points.map((_, i) => i) : this.members;
  }

  isSampled(axis) {
    return this.sampled.has(axis.name);
  }

  /// The different places on an axis: {text, number}, by number where all have one, else as planned.
  places(axis) {
    const places = new Map();
    for (const i of this.pointsAlong(axis)) {
      const place = this.sweep.points[i].coordinates[axis.i];
      places.set(place.text, place);
    }
    const all = [...places.values()];
    return all.every(({number}) => number !== null) ? all.sort((a, b) => a.number - b.number) : all;
  }

  isNumeric(axis) {
    return this.places(axis).every(({number}) => number !== null);
  }

  /// "point 7: smmu.tlb.entries 64, ...", as the database numbers it.
  nameOf(i) {
    return `point ${numberOf(i)}: ${this.placeOf(i)}`;
  }

  placeOf(i) {
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

/// The database counts from 1.
export function numberOf(i) {
  return i + 1;
}

/// Whether less of a metric is better; what is neither counts as lower.
export function lowerIsBetter(metric) {
  return metric.better !== "higher";
}
