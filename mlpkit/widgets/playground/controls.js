import { follow, make } from "../shared.js";

// An element that takes keys, which JupyterLab would take for the notebook's.
export function operable(tag, attributes = {}, ...children) {
  return make(tag, { "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);
}

export function button(text, click, attributes = {}) {
  return operable("button", { type: "button", class: "mlp-button", click, ...attributes }, text);
}

export function checkbox(text, checked, change) {
  const input = operable("input", { type: "checkbox", change: () => change(input.checked) });
  input.checked = checked;
  return make("label", { class: "mlp-check" }, input, text);
}

// A part that a lesson can hide.
export function part(name, attributes, ...children) {
  return make("div", { "data-part": name, ...attributes }, ...children);
}

function newId() {
  return `mlp-playground-${Math.random().toString(36).slice(2)}`;
}

function textOf(choice, i) {
  return choice.texts?.[i] ?? String(choice.values[i]);
}

// The control of a setting, a list or a slider over its values; follows the model.
export function control(model, name, set) {
  const id = newId();
  const choice = () => model.get("choices")[name];
  const isList = choice().kind === "choice";
  const shown = make("output", { for: id });
  const change = () => {
    const i = isList ? input.selectedIndex : Number(input.value);
    show(i);
    set(name, choice().values[i]);
  };
  const input = isList ? operable("select", { id, name, change })
    : operable("input", { id, name, type: "range", min: 0, step: 1, input: change });
  const show = (i) => {
    if (isList) return;
    shown.textContent = textOf(choice(), i);
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  const update = () => {
    const { values } = choice();
    if (isList) input.replaceChildren(...values.map((_, i) => make("option", {}, textOf(choice(), i))));
    else input.max = values.length - 1;
    const i = values.indexOf(model.get("settings")[name]);
    input[isList ? "selectedIndex" : "value"] = i;
    show(i);
  };
  update();
  const label = make("label", { for: id }, choice().label, ...(isList ? [] : [shown]));
  return { element: make("div", { class: "mlp-setting" }, label, input),
    stop: follow(model, ["choices", "settings"], update) };
}

// The data sets, each with its picture.
export function dataPicker(model, set) {
  const group = make("fieldset", { class: "mlp-data" });
  const name = newId();
  const update = () => {
    const focused = group.contains(document.activeElement);
    const choice = model.get("choices").data;
    const inputs = choice.values.map((value, i) => operable("input", { type: "radio", name, value,
      "aria-label": textOf(choice, i), change: () => set("data", value) }));
    group.replaceChildren(make("legend", {}, choice.label), ...inputs.map((input, i) =>
      make("label", {}, input, make("span", { class: "mlp-icon" }),
        make("span", { "aria-hidden": "true" }, textOf(choice, i)))));
    const chosen = inputs[choice.values.indexOf(model.get("settings").data)];
    chosen.checked = true;
    if (focused) chosen.focus();
  };
  update();
  return { element: group, stop: follow(model, ["choices", "settings"], update) };
}
