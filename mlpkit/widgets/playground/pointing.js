import { make } from "../shared.js";
import { written } from "./colours.js";
import { pretty, unitName } from "./frame.js";

const NEAR = 6;
const HINT = "Click a unit or a line for its numbers. Blue is positive; orange, and a dashed line, "
  + "is negative. The bar below a unit is its error term.";
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// Mouse and keys on the network; returns the line of text that says what they point at.
export function pointAt(network, { ask, look, inspect, features }) {
  const { body, edges } = network;
  const hint = make("p", { class: "mlp-faint mlp-hint" }, HINT);
  const unitAt = (target) => network.units.find(({ element }) => element.contains(target));
  // What the mouse is at: a unit, or the line nearest to it, if it is near.
  function at({ target, clientX, clientY }) {
    const unit = unitAt(target);
    if (unit || target.closest(".mlp-head")) return { unit };
    const box = edges.getBoundingClientRect();
    const across = ((clientX - box.left) / box.width) * network.frame.header.sizes.length - 0.5;
    const [layer, share] = [Math.floor(across) + 1, across - Math.floor(across)];
    const distance = ({ y1, y2 }) => Math.abs(clientY - box.top - y1 - (y2 - y1) * share);
    const near = network.wires.filter((wire) => wire.layer === layer && distance(wire) < NEAR);
    return { wire: near.sort((a, b) => distance(a) - distance(b))[0] };
  }

  function said({ layer, to, from, index }) {
    const { header, parameters, gradient } = network.frame;
    const origin = layer > 1 ? `unit ${from + 1} of layer ${layer - 1}` : pretty(header.features[from]);
    const target = unitName(network.frame, features, layer, to).toLowerCase();
    return `From ${origin} to ${target}: weight ${written(parameters[index])}, `
      + `gradient ${written(gradient[index])}`;
  }

  function show({ unit, wire }) {
    hint.textContent = unit ? network.described(unit) : wire ? said(wire) : HINT;
    body.classList.toggle("mlp-over-line", Boolean(wire));
    for (const { line } of network.wires) line.classList.toggle("mlp-pointed", line === wire?.line);
  }
  const enlarge = (unit) => look(unit ? [unit.layer, unit.unit] : null);

  function toggle(unit) {
    const used = new Set(network.frame.header.features);
    if (!used.delete(features[unit])) used.add(features[unit]);
    ask({ do: "set", name: "features", value: features.filter((name) => used.has(name)) });
  }

  function move(event) {
    const unit = unitAt(event.target);
    if (!unit || !(event.key in WAYS)) return;
    event.preventDefault();
    const [across, down] = WAYS[event.key];
    const column = network.units.filter(({ layer }) => layer === unit.layer + across);
    const i = column.indexOf(unit);
    const distance = ({ y }) => Math.abs(y - unit.y);
    const next = i >= 0 ? column[i + down] : column.sort((a, b) => distance(a) - distance(b))[0];
    next?.element.focus();
  }
  const listeners = {
    pointermove: (event) => show(at(event)),
    pointerover: (event) => enlarge(unitAt(event.target)),
    pointerleave: () => { enlarge(null); show({}); },
    focusin: (event) => {
      const unit = unitAt(event.target);
      if (!unit) return;
      // The Tab key comes to one unit, from which the arrow keys go on.
      for (const each of network.units) each.element.tabIndex = each === unit ? 0 : -1;
      enlarge(unit);
      show({ unit });
    },
    focusout: () => { enlarge(null); show({}); },
    click: (event) => {
      const { unit, wire } = at(event);
      if (unit?.layer === 0) toggle(unit.unit);
      else if (unit) inspect([unit.layer, unit.unit]);
      else if (wire) inspect([wire.layer, wire.to], wire.from);
    },
    keydown: move,
  };
  for (const [event, listener] of Object.entries(listeners)) body.addEventListener(event, listener);
  return hint;
}
