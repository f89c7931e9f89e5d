import { make } from "../shared.js";

// An element that takes keys, which JupyterLab would take for the notebook's.
export const operable = (tag, attributes = {}, ...children) =>
  make(tag, { "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);

export const button = (text, click, attributes = {}) =>
  operable("button", { type: "button", class: "mlp-button", click, ...attributes }, text);

// A part that a lesson can hide.
export const part = (name, attributes, ...children) =>
  make("div", { "data-part": name, ...attributes }, ...children);

// Writes what is new: even the same text would make the browser lay out the page again.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The control of a setting, a list or a slider over its values; follows the model.
export function control({ model, ask, whenever }, name) {
  const choice = () => model.get("choices")[name];
  const isList = choice().kind === "choice";
  const change = (i) => ask({ do: "set", name, value: choice().values[i] });
  const input = isList ? operable("select", { name, change: () => change(input.selectedIndex) })
    : operable("input", { name, type: "range", min: 0, input: () => change(Number(input.value)) });
  const shown = make("span", { "aria-hidden": "true" });
  whenever(["choices", "settings"], () => {
    const { values, texts } = choice();
    const chosen = values.indexOf(model.get("settings")[name]);
    if (isList) {
      input.replaceChildren(...texts.map((text, i) =>
        make("option", { selected: i === chosen }, text)));
    } else {
      Object.assign(input, { max: values.length - 1, value: chosen, ariaValueText: texts[chosen] });
      shown.textContent = texts[chosen];
    }
  });
  return make("label", { class: "mlp-setting" }, make("span", {}, choice().label, shown), input);
}

// The data sets, each with its picture.
export function dataPicker({ model, ask, whenever }) {
  const group = make("fieldset", { class: "mlp-data" });
  const name = `data-${Math.random()}`;
  whenever(["choices", "settings"], () => {
    const isFocused = group.contains(document.activeElement);
    const { label, values, texts } = model.get("choices").data;
    group.replaceChildren(make("legend", {}, label), ...values.map((value, i) => make("label", {},
      operable("input", { type: "radio", name, value, checked: value === model.get("settings").data,
        "aria-label": texts[i], change: () => ask({ do: "set", name: "data", value }) }),
      make("span", { class: "mlp-icon" }), make("span", { "aria-hidden": "true" }, texts[i]))));
    if (isFocused) group.querySelector(":checked").focus();
  });
  return group;
}
