// Points of a sample as clouds: a metric along an axis with its trend, and over two axes by its colour.
import {hint, zoom} from "./chart.js";
import {trendOf} from "./regression.js";
import {lowerIsBetter} from "./sweep_data.js";
import {palette} from "./theme.js";

const fewest = 8; // points that make a trend

/// Where a point is on an axis of a chart.
export function positionOn(view, axis, i) {
  const place = view.sweep.points[i].coordinates[axis.i];
  return view.isNumeric(axis) ? place.number : place.text;
}

/// The metric of each point along an axis, and for each of `groups` {name, members} its trend.
export function cloudOption(view, axis, groups, xAxis) {
  const colours = palette().series;
  const {values, name: metric} = view.metric;
  return {
    grid: {left: 8, right: 24, top: 56, bottom: 48, containLabel: true},
    legend: {data: groups.map(({name}) => name)},
    dataZoom: zoom(),
    xAxis,
    yAxis: {type: "value", scale: true, axisLabel: {formatter: (value) => view.tick(value)}, name: metric, nameTextStyle: {align: "left"}},
    tooltip: {trigger: "item", formatter: ({data}) => (data[2] === undefined ? "" : hint(view.nameOf(data[2]), [[null, metric, view.show(data[1])]]))},
    series: groups.flatMap(({name, members}, g) => {
      const color = colours[g % colours.length];
      const trend = view.isNumeric(axis) && members.length >= fewest
        ? trendOf(members.map((i) => positionOn(view, axis, i)), members.map((i) => values[i])) : [];
      return [
        {type: "scatter", name, symbolSize: 8, itemStyle: {color, opacity: 0.75}, data: members.map((i) => [positionOn(view, axis, i), values[i], i])},
        {type: "line", name, symbol: "none", silent: true, lineStyle: {color, width: 2}, itemStyle: {color}, data: trend},
      ];
    }),
  };
}

/// The colours of a metric's values: the strongest is the worst.
export function colourScale(view, values) {
  const colours = palette().map;
  return {
    min: Math.min(...values), max: Math.max(...values), calculable: true, orient: "horizontal", right: 0, top: 0, itemHeight: 180, itemWidth: 12,
    formatter: (value) => view.show(value), textStyle: {color: palette().text},
    inRange: {color: lowerIsBetter(view.metric) ? colours : [...colours].reverse()},
  };
}

/// Each point where it is on two axes, in the colour of its metric.
export function pairOption(view, axes, [xAxis, yAxis]) {
  const {values, name} = view.metric;
  const present = view.members.filter((i) => values[i] !== null);
  return {
    grid: {left: 8, right: 24, top: 56, bottom: 40, containLabel: true},
    legend: null,
    xAxis,
    yAxis: {...yAxis, nameLocation: "end", nameTextStyle: {align: "left"}},
    visualMap: {...colourScale(view, present.map((i) => values[i])), dimension: 2},
    tooltip: {formatter: ({data}) => hint(view.nameOf(data[3]), [[null, name, view.show(data[2])]])},
    series: [{
      type: "scatter", symbolSize: 13, itemStyle: {borderColor: palette().soft, borderWidth: 1},
      data: present.map((i) => [...axes.map((axis) => positionOn(view, axis, i)), values[i], i]),
    }],
  };
}
