import { make } from "../shared.js";
import { written } from "./colours.js";
import { write } from "./controls.js";
import { pretty, unitName } from "./frame.js";

const NEAR = 6;
const HINT = "Click a unit or a line for its numbers. Blue is positive; orange, and a dashed line, "
  + "is negative. The bar below a unit is its error term.";
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const nearest = (all, distance) => all.sort((a, b) => distance(a) - distance(b))[0];

// Mouse and keys on the network; makes the line of text that says what they point at.
export function pointAt(network, plane, inspector, page) {
  const { body } = network;
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
    const { header, parameters, gradient } = page.frame;
    const origin = layer > 1 ? `unit ${from + 1} of layer ${layer - 1}` : pretty(header.features[from]);
    const target = unitName(page.frame, page.features, layer, to).toLowerCase();
    return `From ${origin} to ${target}: weight ${written(parameters[index])}, `
      + `gradient ${written(gradient[index])}`;
  }
  // With each frame anew, for the numbers change.
  function draw() {
    const { unit, wire } = pointed;
    write(hint, unit ? network.described(unit) : wire ? said(wire) : HINT);
  }
  function point(to) {
    if (to.unit === pointed.unit && to.wire === pointed.wire) return;
    pointed = to;
    network.pointed = to.wire;
    plane.look(to.unit && [to.unit.layer, to.unit.unit]);
    page.redraw();
  }

  function toggle(feature) {
    const used = new Set(page.frame.header.features);
    if (!used.delete(feature)) used.add(feature);
    page.ask({ do: "set", name: "features", value: page.features.filter((name) => used.has(name)) });
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
  return { element: hint, draw };
}
