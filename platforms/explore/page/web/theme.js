// Light and dark: what the system prefers, until the reader chooses. Paper is always light.
import {element} from "./dom.js";

// Colours that people with any colour vision tell apart (after Okabe and Ito), on white and on dark.
const colours = {
  light: {
    series: ["#0072b2", "#d55e00", "#009e73", "#a63d84", "#946b00", "#3a8fc4", "#7a1f3d", "#5a5f66"],
    waiting: "#d55e00", service: "#0072b2", mark: "#d55e00",
    text: "#1b1f24", soft: "#5b636c", line: "#d8dde3", back: "#ffffff",
    map: ["#f3f6fa", "#9ecae1", "#3182bd", "#003f8f"],
  },
  dark: {
    series: ["#56b4e9", "#f08a3c", "#2fc79a", "#de8fc0", "#e6b93c", "#a9d4f2", "#f2a0a8", "#b4bac2"],
    waiting: "#f08a3c", service: "#56b4e9", mark: "#f08a3c",
    text: "#e7eaee", soft: "#a2abb5", line: "#39414a", back: "#1b1f25",
    map: ["#232b34", "#26597f", "#2b8fd4", "#2fb8ff"],
  },
};

const listeners = [];
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
let printing = false;

export function theme() {
  if (printing) return "light";
  return chosen ?? (prefersDark.matches ? "dark" : "light");
}

/// The colours for charts.
export function palette() {
  return colours[theme()];
}

/// `listener` is called with {printing} after each change.
export function onTheme(listener) {
  listeners.push(listener);
}

function apply() {
  document.documentElement.dataset.theme = theme();
  for (const listener of listeners) listener({printing});
}

function print(begins) {
  if (printing === begins) return;
  printing = begins;
  apply();
}

export function themeSwitch() {
  const button = element("button", {
    class: "theme", type: "button", title: "Light or dark",
    onclick: () => {
      chosen = theme() === "dark" ? "light" : "dark";
      apply();
    },
  });
  const name = () => { button.textContent = theme() === "dark" ? "Light" : "Dark"; };
  onTheme(name);
  name();
  return button;
}

export function watchTheme() {
  prefersDark.addEventListener("change", apply);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  apply();
}
