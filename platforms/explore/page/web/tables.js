// Tables that sort by a click on a heading, and search.
import {element, matches, searchBox} from "./dom.js";

const firstRows = 100;

// Those on the page, which have all their rows on paper.
const tables = new Map();

function printTables(printing) {
  for (const [node, fill] of tables) {
    if (node.isConnected) fill(printing);
    else tables.delete(node);
  }
}

export function watchTables() {
  addEventListener("beforeprint", () => printTables(true));
  addEventListener("afterprint", () => printTables(false));
}

/// What isn't there comes last, whichever way the others are sorted.
export function compareCells(a, b, descending) {
  const absent = (value) => value === null || value === undefined;
  if (absent(a) || absent(b)) return absent(a) - absent(b);
  return compare(a, b) * (descending ? -1 : 1);
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", {numeric: true});
}

/// `columns` are [heading, value of a row, text of the value]. With `search`, the words of that box
/// select rows by all their texts; `rows` are shown at first.
export function table(name, columns, all, {search = null, rows = firstRows} = {}) {
  let text = "";
  let sorted = null;
  let descending = true;
  let limit = rows;
  const body = element("tbody");
  const more = element("button", {type: "button", class: "more", onclick: () => { limit = Infinity; fill(); }});

  const numbers = new Set(columns.filter((column) => all.some((row) => typeof column[1](row) === "number")));
  const shownText = ([, value, format], row) => {
    const held = value(row);
    if (held === null || held === undefined) return "\u2013";
    return format ? format(held, row) : held;
  };
  const line = (row) => element("tr", {class: row.marked ? "marked" : null}, columns.map((column) =>
    element("td", {class: numbers.has(column) ? "number" : null}, shownText(column, row))));
  const found = () => {
    if (text === "") return [...all];
    return all.filter((row) => matches(columns.map((column) => {
      const shown = shownText(column, row);
      return shown instanceof Node ? shown.textContent : shown;
    }).join(" "), text));
  };
  const fill = (whole = false) => {
    const selected = found();
    if (sorted !== null) {
      selected.sort((a, b) => compareCells(sorted[1](a), sorted[1](b), descending));
    }
    body.replaceChildren(...selected.slice(0, whole ? Infinity : limit).map(line));
    more.textContent = `Show all ${selected.length}`;
    more.hidden = selected.length <= limit;
  };
  const heading = (column) => element("th", {scope: "col", class: numbers.has(column) ? "number" : null}, element("button", {
    type: "button", title: "Sort",
    onclick: () => {
      descending = sorted === column ? !descending : true;
      sorted = column;
      fill();
    },
  }, column[0]), element("span", {class: "paper"}, column[0]));

  fill();
  const node = element("div", {class: "table", "data-table": name},
    search === null ? null : element("div", {class: "controls"}, searchBox(search, (value) => { text = value; fill(); })),
    element("div", {class: "scroll"},
      element("table", {}, element("thead", {}, element("tr", {}, columns.map(heading))), body)), more);
  tables.set(node, fill);
  return node;
}
