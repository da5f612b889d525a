// A list of series to choose from, which stays usable when there are thousands.
import {element, matches, searchBox} from "./dom.js";

const listed = 100;

/// `items` are {name, note}; `picked` is a Set of names, which changes; `onchange` is told.
export function picker(label, items, picked, onchange) {
  const summary = element("summary");
  const list = element("ul");
  const more = element("p", {class: "note"});
  let search = "";

  const row = (item) => {
    const input = element("input", {
      type: "checkbox", checked: picked.has(item.name),
      onchange: () => {
        if (input.checked) picked.add(item.name);
        else picked.delete(item.name);
        title();
        onchange();
      },
    });
    return element("li", {}, element("label", {}, input, element("span", {class: "name"}, item.name),
      item.note ? element("span", {class: "note"}, item.note) : null));
  };
  const title = () => { summary.textContent = `${label}: ${picked.size} of ${items.length} shown`; };
  const fill = () => {
    const found = items.filter((item) => matches(item.name, search));
    list.replaceChildren(...found.slice(0, listed).map(row));
    more.textContent = found.length > listed ? `${found.length - listed} more: search for them` : "";
    title();
  };
  const none = element("button", {type: "button", onclick: () => { picked.clear(); fill(); onchange(); }}, "None");
  fill();
  return element("details", {class: "picker"}, summary, element("div", {class: "list"},
    element("div", {class: "controls"}, searchBox("Search", (text) => { search = text; fill(); }), none), list, more));
}
