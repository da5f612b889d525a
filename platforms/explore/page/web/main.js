// Makes the page from the data that stands in it.
import {watchCharts} from "./chart.js";
import {element} from "./dom.js";
import {runPage} from "./run.js";
import {sweepPage} from "./sweep.js";
import {watchTables} from "./tables.js";
import {themeSwitch, watchTheme} from "./theme.js";

const mostNamed = 4; // axes: more are no headline

function sweepText({points, axes}) {
  const many = `${points.length} ${points.length === 1 ? "point" : "points"}`;
  if (axes.length > mostNamed) return `${many} over ${axes.length} axes`;
  return axes.length === 0 ? many : `${many} over ${axes.map(({name}) => name).join(", ")}`;
}

function header(data) {
  const about = data.kind === "run"
    ? `${data.model ? `${data.model}, ` : ""}workload ${data.workload.fnv1a64}` : sweepText(data);
  return element("header", {}, element("div", {},
    element("h1", {}, data.kind === "run" ? "Run" : "Sweep", element("small", {}, `Doorbell ${data.version}, ${about}`))),
  element("nav"), themeSwitch());
}

function main() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");
  watchTheme();
  const top = header(data);
  page.replaceChildren();
  document.body.prepend(top);
  (data.kind === "run" ? runPage : sweepPage)(page, data);
  for (const {id, firstElementChild: heading} of page.querySelectorAll("section")) {
    top.querySelector("nav").append(element("a", {href: `#${id}`}, heading.dataset.short));
  }
  watchCharts();
  watchTables();
  document.documentElement.dataset.ready = "yes";
}

main();
