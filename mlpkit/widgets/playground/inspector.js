import { make } from "../shared.js";
import { typed, written } from "./colours.js";
import { button, operable, write } from "./controls.js";

const NEAR = 6;
const HINT = "Click a unit or a line for its numbers. Blue is positive; orange, and a dashed line, "
  + "is negative. The bar below a unit is its error term.";
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const shapeOf = ({ header: { sizes, features } }) => JSON.stringify([sizes, features]);
const nearest = (all, distance) => all.sort((a, b) => distance(a) - distance(b))[0];

// Mouse and keys on the network; makes the line of text that says what they point at, and the
// inspector.
export function pointAt(network, plane, page) {
  const { body } = network;
  const inspector = makeInspector(page);
  const hint = make("p", { class: "mlp-faint mlp-hint" });
  const unitAt = (target) => network.units.find(({ element }) => element.contains(target));
  let pointed = {};
  // What the mouse is at: a unit, or the line nearest to it, if it is near.
  function at({ target, clientX, clientY }) {
    const unit = unitAt(target);
    if (unit || target.closest(".mlp-head")) return { unit };
    const box = body.getBoundingClientRect();
    const across = ((clientX - box.left) / box.width) * page.frame.header.sizes.length - 0.5;
    const [layer, share] = [Math.floor(across) + 1, across - Math.floor(across)];
    const distance = ({ y1, y2 }) => Math.abs(clientY - box.top - y1 - (y2 - y1) * share);
    return { wire: nearest(network.wires.filter((wire) =>
      wire.layer === layer && distance(wire) < NEAR), distance) };
  }
  function said({ layer, to, from, index }) {
    const { parameters, gradient, source, name } = page.frame;
    return `From ${source(layer, from)} to ${name(layer, to).toLowerCase()}: `
      + `weight ${written(parameters[index])}, gradient ${written(gradient[index])}`;
  }
  // With each frame anew, for the numbers change.
  function draw() {
    // The network may be another one by now.
    const unit = network.units.find((each) => each === pointed.unit);
    const wire = network.wires.find((each) => each === pointed.wire);
    write(hint, unit ? network.described(unit) : wire ? said(wire) : HINT);
    inspector.draw(page.frame);
  }
  function point(to) {
    if (to.unit === pointed.unit && to.wire === pointed.wire) return;
    pointed = to;
    network.pointed = to.wire;
    plane.look(to.unit && [to.unit.layer, to.unit.unit]);
    page.redraw();
  }
  function toggle(feature) {
    const used = page.frame.header.features;
    const value = page.features.filter((name) => used.includes(name) !== (name === feature));
    page.ask({ do: "set", name: "features", value });
  }
  function move(event) {
    const unit = unitAt(event.target);
    if (!unit || !(event.key in WAYS)) return;
    event.preventDefault();
    const [across, down] = WAYS[event.key];
    const column = network.units.filter(({ layer }) => layer === unit.layer + across);
    const next = across ? nearest(column, ({ y }) => Math.abs(y - unit.y))
      : column[column.indexOf(unit) + down];
    next?.element.focus();
  }
  const listeners = {
    pointermove: (event) => point(at(event)),
    pointerleave: () => point({}),
    focusin: ({ target }) => {
      const unit = unitAt(target);
      if (!unit) return;
      // The Tab key comes to one unit, from which the arrow keys go on.
      for (const each of network.units) each.element.tabIndex = each === unit ? 0 : -1;
      point({ unit });
    },
    focusout: () => point({}),
    click: (event) => {
      const { unit, wire } = at(event);
      if (unit?.layer === 0) toggle(page.features[unit.unit]);
      else if (unit) inspector.open(page.frame, [unit.layer, unit.unit]);
      else if (wire) inspector.open(page.frame, [wire.layer, wire.to], wire.from);
    },
    keydown: move,
  };
  for (const [event, listener] of Object.entries(listeners)) body.addEventListener(event, listener);
  return { elements: [hint, inspector.element], draw };
}

// The numbers of one unit: its bias and the weights that lead to it, to read and to change.
function makeInspector({ ask }) {
  const element = make("div", { class: "mlp-inspector", role: "group",
    "aria-label": "Numbers of a unit", hidden: "",
    keydown: ({ key }) => key === "Escape" && close() });
  let [rows, layer, unit, shape] = [[], 0, 0, ""];
  function row(label, index, ...from) {
    const gradient = make("span", { class: "mlp-faint" });
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
  function draw(frame) {
    // Another network has other units.
    if (shape !== shapeOf(frame)) element.hidden = true;
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
    rows = [];
    shape = shapeOf(frame);
    element.hidden = false;
    element.replaceChildren(
      make("div", { class: "mlp-row" }, make("strong", {}, frame.name(layer, unit)),
        make("span", { class: "mlp-faint" }, "Enter changes a number. Right of it: its gradient."),
        button("Close", close)),
      make("div", { class: "mlp-fields" }, row("Bias", frame.bias(layer, unit)),
        ...Array.from({ length: frame.header.sizes[layer - 1] }, (_, i) =>
          row(`Weight from ${frame.source(layer, i)}`, frame.weight(layer, unit, i), i))));
    draw(frame);
    rows[from + 1].input.focus();
  }
  function close() {
    element.hidden = true;
    element.parentElement.querySelector(`[data-key="${layer},${unit}"]`)?.focus();
  }
  return { element, draw, open };
}
