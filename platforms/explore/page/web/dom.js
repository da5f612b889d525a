// Elements. Texts only ever become text: nothing in the data can be markup.

/// element("p", {class: "note"}, "text", child): attributes, then children; null is left out. A
/// function as attribute is a listener: {onclick: ...}.
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== false) {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/// A section of the page with its heading, in the order of the calls; what stands in it follows.
/// `title` is [what the navigation calls it, heading].
export function section(page, id, [short, title], lead = null, ...children) {
  const node = element("section", {id}, element("h2", {"data-short": short}, title),
    lead === null ? null : element("p", {class: "lead"}, lead), ...children);
  page.append(node);
  return node;
}

/// A path, which may be broken behind its dots and underscores.
export function path(text) {
  return element("span", {}, text.split(/(?<=[._])/).flatMap((part, i) => (i === 0 ? [part] : [element("wbr"), part])));
}

/// A headline figure.
export function card(name, value, note) {
  return element("div", {class: "card"}, element("span", {class: "name"}, name), element("b", {}, value),
    element("span", {class: "note"}, note));
}

/// A labelled <select>; `options` are [value, text] or texts.
export function choice(label, options, selected, onchange) {
  const select = element("select", {onchange: () => onchange(select.value)},
    options.map((option) => {
      const [value, text] = Array.isArray(option) ? option : [option, option];
      return element("option", {value, selected: value === selected}, text);
    }));
  return element("label", {class: "control"}, element("span", {}, label), select);
}

export function check(label, checked, onchange) {
  const input = element("input", {type: "checkbox", checked, onchange: () => onchange(input.checked)});
  return element("label", {class: "control"}, input, element("span", {}, label));
}

export function searchBox(placeholder, oninput) {
  const input = element("input", {
    type: "search", placeholder, "aria-label": placeholder, oninput: () => oninput(input.value),
  });
  return input;
}

/// Whether `text` has all words of `search`, in any order and case.
export function matches(text, search) {
  const lower = text.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
}
