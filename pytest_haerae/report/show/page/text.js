// Elements, labels in two languages, and texts shown as they are: nothing here or below ever parses markup.

const core = JSON.parse(document.getElementById("core").textContent);
let language = "en";

const byId = (id) => document.getElementById(id);

// Make an element; children that are strings become text.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function label(key, values = {}) {
  return core.labels[language][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const hasLabel = (key) => Object.hasOwn(core.labels[language], key);

const count = (number) => number.toLocaleString("en-US");
const decimal = (number, digits = 2) => number.toFixed(digits).replace("-", "\u2212");
const signed = (number, digits = 2) => (number > 0 ? "+" : "") + decimal(number, digits);

// Characters that a reader cannot see, or that reorder what stands around them; joiners of scripts and emoji may stay.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const codePoint = (sign) => "U+" + sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

// Put a text into an element, each hidden character as its visible name; the text is isolated from its surroundings.
function show(element, text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    parts.push(text.slice(end, match.index), make("span", { class: "control" }, codePoint(match[0])));
    end = match.index + match[0].length;
  }
  element.replaceChildren(...[...parts, text.slice(end)].filter((part) => part !== ""));
  return element;
}

// Text of a data set or a model, in a line and as a block.
const data = (text) => show(make("bdi", { class: "data" }), text);
const block = (text, kind = "") => show(make("pre", { class: `data ${kind}`, dir: "auto" }), text);

const badge = (outcome) => make("span", { class: `badge ${outcome}` }, label(outcome));

// Write all labels of the page in the chosen language.
function relabel() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-label]")) {
    show(element, label(element.dataset.label, JSON.parse(element.dataset.values ?? "{}")));
  }
  for (const element of document.querySelectorAll("[data-label-title]")) {
    element.title = label(element.dataset.labelTitle);
    element.setAttribute("aria-label", element.title);
  }
  for (const element of document.querySelectorAll("[data-label-placeholder]")) {
    element.placeholder = label(element.dataset.labelPlaceholder);
  }
}
