// Charts: their common looks, and that they follow theme, window and paper.
import {element} from "./dom.js";
import {onTheme, palette} from "./theme.js";

const paperWidth = 690; // what is left of A4 between its margins, in CSS pixels

const charts = [];

/// Looks of axes, legend, tooltip and zoom, below what a chart says itself.
function withLooks(option) {
  const {text, soft, line, back, series} = palette();
  const axis = (own) => ({
    axisLine: {lineStyle: {color: line}},
    axisTick: {lineStyle: {color: line}},
    splitLine: {lineStyle: {color: line, opacity: 0.6}},
    minorSplitLine: {lineStyle: {color: line, opacity: 0.3}},
    nameTextStyle: {color: soft},
    ...own,
    axisLabel: {color: soft, hideOverlap: true, ...own.axisLabel},
  });
  return {
    animation: false,
    color: series,
    // By its name: texts are measured on a canvas, which inherits nothing.
    textStyle: {fontFamily: getComputedStyle(document.body).fontFamily, color: text},
    ...option,
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
    legend: option.legend === null ? undefined : {
      type: "scroll", top: 0, left: 0, itemWidth: 16, itemHeight: 10, icon: "roundRect",
      textStyle: {color: text}, inactiveColor: line, pageTextStyle: {color: soft},
      pageIconColor: text, pageIconInactiveColor: line, ...option.legend,
    },
    tooltip: {
      confine: true, backgroundColor: back, borderColor: line, textStyle: {color: text, fontSize: 13},
      extraCssText: "max-width:34rem;white-space:normal", ...option.tooltip,
    },
  };
}

/// A chart in `parent`: `option(width)` makes its options of ECharts with the present colours, `width`
/// and `height` are in pixels, `name` is what it is called by and read out as.
export class Chart {
  constructor(parent, name, height, option) {
    this.node = element("div", {class: "chart", role: "img", "aria-label": name, style: `height:${height}px`});
    this.option = option;
    parent.append(this.node);
    charts.push(this);
  }

  /// Draws anew, with another height if one is given, on the screen or on paper.
  draw(height = null, printing = false) {
    if (height !== null) this.node.style.height = `${height}px`;
    if (this.node.clientWidth === 0) return;
    this.echart ??= echarts.init(this.node, null, {renderer: "svg"});
    // Before the options: only they are drawn at once, and paper waits for no later frame.
    this.echart.resize({width: printing ? paperWidth : "auto"});
    this.echart.setOption(withLooks(this.option(printing ? paperWidth : this.node.clientWidth)), {notMerge: true});
  }

  fit() {
    this.echart?.resize({width: "auto"});
  }
}

const widestNames = 0.45; // of a chart: the rest is for what it shows

/// A chart `width` pixels wide whose rows are called `names`, in no more than `widest` pixels: its
/// {grid, label}, the latter for the axis of the names.
export function namedRows(names, widest, width) {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const widths = names.map((name) => canvas.measureText(name).width);
  const room = Math.min(widest, Math.floor(widestNames * width));
  return {
    grid: {left: Math.min(Math.ceil(Math.max(0, ...widths)), room) + 12, right: 96, top: 4, bottom: 26, containLabel: false},
    label: {color: palette().text, width: room, overflow: "truncate"},
  };
}

/// Zooming by wheel and by dragging the band below the chart.
export function zoom(axis = "xAxisIndex") {
  const {line, service, soft} = palette();
  return [
    {type: "inside", [axis]: 0, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false},
    {
      type: "slider", [axis]: 0, filterMode: "none", height: 16, bottom: 4, borderColor: line,
      fillerColor: `${service}33`, handleStyle: {color: service}, moveHandleSize: 0, showDetail: false,
      showDataShadow: false, textStyle: {color: soft},
    },
  ];
}

/// A tooltip's content: a heading, and rows of [colour or null, name, value].
export function hint(heading, rows, note = null) {
  return element("div", {class: "hint"}, element("strong", {}, heading),
    element("table", {}, rows.map(([colour, name, value]) => element("tr", {},
      element("td", {}, colour === null ? null : element("i", {style: `background:${colour}`})),
      element("td", {}, name), element("td", {class: "number"}, value)))),
    note === null ? null : element("p", {}, note));
}

export function watchCharts() {
  onTheme(({printing}) => {
    for (const chart of charts) chart.draw(null, printing);
  });
  let pending = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => charts.forEach((chart) => chart.fit()));
  });
}
