// ranking.mjs PAGE [METRIC]: what "What matters" on the page of a sweep says, as text: each axis with its effect on the
// metric, then the sentences. Computed from the data in the page by the page's own scripts, without a browser.
import {readFileSync} from "node:fs";
import {argv, exit} from "node:process";

import {SweepView} from "../../platforms/explore/page/web/sweep_data.js";
import {effectText, verdict} from "../../platforms/explore/page/web/verdict.js";

/// The data that a page holds.
function dataOf(file) {
  const html = readFileSync(file, "utf8");
  const begin = html.indexOf('id="data">') + 'id="data">'.length;
  return JSON.parse(html.slice(begin, html.indexOf("</script>", begin)));
}

const [, , page, metric] = argv;
if (!page) {
  console.error("usage: ranking.mjs PAGE [METRIC]");
  exit(2);
}
const view = new SweepView(dataOf(page));
if (metric && !view.metricCalled(metric)) {
  console.error(`${page}: no metric ${metric} that differs between points`);
  exit(2);
}
if (metric) view.choose(metric);
const result = view.effectsOn(view.metric);
const names = result.axes.map(({name, zipped}) => [name, ...zipped].join(" with "));
const width = Math.max(...names.map((name) => name.length));
console.log(view.metric.name);
result.axes.forEach((axis, i) => console.log(`  ${names[i].padEnd(width)}  ${effectText(axis)}`));
for (const sentence of verdict(result)) {
  for (const line of sentence.match(/.{1,112}(?: |$)/g)) console.log(line.trimEnd());
}
