import { make } from "../shared.js";
import { typed, written } from "./colours.js";
import { button, operable } from "./controls.js";
import { pretty, unitName } from "./frame.js";

// The numbers of one unit: its bias and the weights that lead to it, to read and to change.
export function makeInspector({ ask, features }, closed) {
  const element = make("div", { class: "mlp-inspector", role: "group",
    "aria-label": "Numbers of a unit", hidden: "",
    keydown: ({ key }) => key === "Escape" && close() });
  let [rows, layer, unit, shape] = [[], 0, 0, ""];

  function row(label, index, ...from) {
    const gradient = make("output");
    const apply = () => {
      if (input.value === input.dataset.shown) return;
      const value = typed(input.value);
      input.setAttribute("aria-invalid", !Number.isFinite(value));
      if (!Number.isFinite(value)) return;
      input.dataset.shown = input.value;
      ask({ do: "edit", place: [layer, unit, ...from], value });
    };
    // JupyterLab keeps from the field that Enter was pressed in it.
    const input = operable("input", { type: "text", inputmode: "decimal", autocomplete: "off",
      class: "mlp-number", "aria-label": label, change: apply,
      keydown: ({ key }) => key === "Enter" && apply() });
    rows.push({ input, gradient, index });
    return make("div", {}, make("span", {}, label), input, gradient);
  }

  function build(frame) {
    const { sizes, features: used } = frame.header;
    const source = (i) => (layer === 1 ? pretty(used[i]) : `unit ${i + 1} of layer ${layer - 1}`);
    rows = [];
    element.replaceChildren(
      make("div", { class: "mlp-row" }, make("strong", {}, unitName(frame, features, layer, unit)),
        make("span", { class: "mlp-faint" }, "Enter changes a number. Right of it: its gradient."),
        button("Close", close)),
      make("div", { class: "mlp-fields" }, row("Bias", frame.bias(layer, unit)),
        ...Array.from({ length: sizes[layer - 1] }, (_, i) =>
          row(`Weight from ${source(i)}`, frame.weight(layer, unit, i), i))));
  }

  function draw(frame) {
    if (element.hidden) return;
    const { sizes, features: used } = frame.header;
    if (!(unit < sizes[layer])) return close();
    const wanted = JSON.stringify([sizes, used, layer, unit]);
    if (shape !== wanted) build(frame);
    shape = wanted;
    for (const { input, gradient, index } of rows) {
      gradient.textContent = written(frame.gradient[index]);
      // What is being typed is left alone.
      if (document.activeElement === input && input.dataset.shown !== input.value) continue;
      input.value = input.dataset.shown = written(frame.parameters[index]);
      input.setAttribute("aria-invalid", false);
    }
  }

  function open(frame, place, from = -1) {
    [layer, unit] = place;
    element.hidden = false;
    draw(frame);
    rows[from + 1].input.focus();
  }
  function close() {
    element.hidden = true;
    closed(layer, unit);
  }
  return { element, draw, open };
}
