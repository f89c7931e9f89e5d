import { make } from "../shared.js";

// An element that takes keys, which JupyterLab would take for the notebook's.
export function operable(tag, attributes = {}, ...children) {
  return make(tag, { "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);
}

export function button(text, click, attributes = {}) {
  return operable("button", { type: "button", class: "mlp-button", click, ...attributes }, text);
}

// A part that a lesson can hide.
export function part(name, attributes, ...children) {
  return make("div", { "data-part": name, ...attributes }, ...children);
}

// Writes what is new: even the same text would make the browser lay out the page again.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const newId = () => `mlp-playground-${Math.random().toString(36).slice(2)}`;

// The control of a setting, a list or a slider over its values; follows the model.
export function control({ model, ask, whenever }, name) {
  const id = newId();
  const choice = () => model.get("choices")[name];
  const isList = choice().kind === "choice";
  const shown = make("output", { for: id });
  const change = () => {
    const i = isList ? input.selectedIndex : Number(input.value);
    show(i);
    ask({ do: "set", name, value: choice().values[i] });
  };
  const input = isList ? operable("select", { id, name, change })
    : operable("input", { id, name, type: "range", min: 0, step: 1, input: change });
  const show = (i) => {
    if (isList) return;
    shown.textContent = choice().texts[i];
    input.setAttribute("aria-valuetext", choice().texts[i]);
  };
  whenever(["choices", "settings"], () => {
    const { values, texts } = choice();
    if (isList) input.replaceChildren(...texts.map((text) => make("option", {}, text)));
    else input.max = values.length - 1;
    const i = values.indexOf(model.get("settings")[name]);
    input[isList ? "selectedIndex" : "value"] = i;
    show(i);
  });
  const label = make("label", { for: id }, choice().label, isList ? "" : shown);
  return make("div", { class: "mlp-setting" }, label, input);
}

// The data sets, each with its picture.
export function dataPicker({ model, ask, whenever }) {
  const group = make("fieldset", { class: "mlp-data" });
  const name = newId();
  whenever(["choices", "settings"], () => {
    const isFocused = group.contains(document.activeElement);
    const { label, values, texts } = model.get("choices").data;
    const inputs = values.map((value, i) => operable("input", { type: "radio", name, value,
      "aria-label": texts[i], change: () => ask({ do: "set", name: "data", value }) }));
    group.replaceChildren(make("legend", {}, label), ...inputs.map((input, i) =>
      make("label", {}, input, make("span", { class: "mlp-icon" }),
        make("span", { "aria-hidden": "true" }, texts[i]))));
    const chosen = inputs[values.indexOf(model.get("settings").data)];
    chosen.checked = true;
    if (isFocused) chosen.focus();
  });
  return group;
}
