import { make } from "../shared.js";
import { NEGATIVE, POSITIVE, css, heatMap, signedColour, written } from "./colours.js";
import { button, operable, part } from "./controls.js";
import { pretty } from "./frame.js";

const [MOST_UNITS, HEAD, NEW_LAYER] = [8, 30, 2];
// The side of a unit, and from one unit to the next, in pixels; and where there are many columns.
const [ROOMY, DENSE] = [{ side: 38, pitch: 52 }, { side: 28, pitch: 48 }];
const largest = (numbers) => Math.max(1e-12, ...numbers.map((each) => Math.abs(each) || 0));

// The network: a button for each unit, and under the buttons one canvas with all that learning
// changes. A browser draws one canvas much sooner than as many elements as there are weights.
export function makeNetwork({ model, view, features, ask }) {
  const canvas = make("canvas", { class: "mlp-edges", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const map = heatMap(model.get("about").grid);
  const body = make("div", { class: "mlp-net", role: "group", "aria-label":
    "Network. The arrow keys move between units; Enter opens a unit's numbers." });
  const head = part("layers", { class: "mlp-row" });
  const lines = operable("select", { "aria-label": "Lines show", change: () => {
    view.lines = lines.value;
    paint();
  } }, ...["weights", "gradients"].map((value) =>
    make("option", { value, selected: value === view.lines }, value)));
  const element = make("div", {}, make("div", { class: "mlp-net-bar" }, head,
    make("span", { class: "mlp-lines-show" }, "Lines show ", lines)), body);
  const self = { element, body, units: [], wires: [], described, draw, paint };
  let [frame, shape, size, width] = [null, "", ROOMY, 0];
  new ResizeObserver(() => {
    width = body.clientWidth;
    canvas.width = width * devicePixelRatio;
    canvas.height = body.clientHeight * devicePixelRatio;
    paint();
  }).observe(body);
  // Buttons for one less and one more of what there may be so many of.
  function lessAndMore(name, key, [low, count, high], change) {
    return [["−", "less", -1], ["+", "more", 1]].map(([sign, word, by]) => {
      const able = count + by >= low && count + by <= high;
      const click = () => able && ask({ do: "set", name: "hidden", value: change(by) });
      return button(sign, click, { class: "mlp-button mlp-small", "data-key": word + key,
        "aria-label": `One ${name.replace("$", word)}`, "aria-disabled": !able });
    });
  }
  const across = (layer) => (layer + 0.5) / frame.header.sizes.length;
  const isUsed = (layer, unit) => layer > 0 || frame.header.features.includes(features[unit]);
  function makeUnit(layer, unit, top) {
    const element = operable("button", { type: "button", class: "mlp-unit", tabindex: -1,
      "data-key": `${layer},${unit}`, style: `top: ${top}px`,
      "aria-label": described({ layer, unit }), "aria-pressed": !layer && `${isUsed(0, unit)}` },
    layer ? "" : make("span", { class: "mlp-name" }, pretty(features[unit])));
    self.units.push({ element, layer, unit, y: top + size.side / 2 });
    return element;
  }
  function makeHead(layer, hidden) {
    const name = layer === 0 ? "Features" : layer > hidden.length && "Output";
    if (name) return make("div", { class: "mlp-head" }, name);
    const count = hidden[layer - 1];
    return part("layers", { class: "mlp-head" }, ...lessAndMore(`unit $ in layer ${layer}`, layer,
      [1, count, MOST_UNITS], (by) => hidden.with(layer - 1, count + by)));
  }
  function build() {
    const { hidden } = model.get("settings");
    const key = element.contains(document.activeElement) && document.activeElement.dataset.key;
    const columns = frame.header.sizes.map((count) => [...Array(count).keys()]);
    const isFixed = model.get("hidden_parts").includes("features");
    columns[0] = [...features.keys()].filter((unit) => !isFixed || isUsed(0, unit));
    const rows = Math.max(...columns.map((units) => units.length));
    size = frame.top > 4 ? DENSE : ROOMY;
    self.units = [];
    body.style.height = `${HEAD + rows * size.pitch}px`;
    body.style.setProperty("--unit", `${size.side}px`);
    body.replaceChildren(canvas, ...columns.map((units, layer) => {
      const top = HEAD + ((rows - units.length) * size.pitch) / 2;
      return make("div", { class: "mlp-column", style: `left: ${100 * across(layer)}%` },
        makeHead(layer, hidden),
        ...units.map((unit, i) => makeUnit(layer, unit, top + i * size.pitch)));
    }));
    const [{ length: count }, { most }] = [hidden, model.get("choices").hidden];
    head.replaceChildren(...lessAndMore("hidden layer $", "", [0, count, most],
      (by) => [...hidden, NEW_LAYER].slice(0, count + by)),
    `${count} hidden layer${count === 1 ? "" : "s"}`);
    // Lines run from centre to centre; the units lie over their ends.
    const inLayer = (wanted) => self.units.filter(({ layer, unit }) =>
      layer === wanted && isUsed(layer, unit));
    self.wires = columns.slice(1).flatMap((_, below) => inLayer(below + 1).flatMap((target) =>
      inLayer(below).map((source, from) => ({ layer: below + 1, to: target.unit, from,
        y1: source.y, y2: target.y, index: frame.weight(below + 1, target.unit, from) }))));
    self.units[0].element.tabIndex = 0;
    if (key) element.querySelector(`[data-key="${key}"]`)?.focus();
  }
  function drawLines() {
    const isGradient = view.lines === "gradients";
    const source = isGradient ? frame.gradient : frame.parameters;
    const numbers = self.wires.map(({ index }) => source[index] || 0);
    const widest = isGradient ? 6 / largest(numbers) : 1.6;
    self.wires.forEach((wire, i) => {
      const isPointed = wire === self.pointed;
      context.lineWidth = 0.5 + Math.min(widest * Math.abs(numbers[i]), 8) + (isPointed ? 2 : 0);
      context.strokeStyle = numbers[i] < 0 ? NEGATIVE : POSITIVE;
      context.globalAlpha = isPointed ? 1 : 0.75;
      context.setLineDash(numbers[i] < 0 ? [6, 3] : []);
      context.beginPath();
      context.moveTo(width * across(wire.layer - 1), wire.y1);
      context.lineTo(width * across(wire.layer), wire.y2);
      context.stroke();
    });
  }
  function drawUnits() {
    const { side } = size;
    const terms = self.units.map(({ layer, unit }) =>
      (layer && frame.gradient[frame.bias(layer, unit)]) || 0);
    const most = largest(terms);
    [context.lineWidth, context.strokeStyle] = [1, "#777"];
    context.setLineDash([]);
    self.units.forEach(({ layer, unit, y }, i) => {
      const [left, bottom] = [width * across(layer) - side / 2, y + side / 2];
      map.paint(frame.shade([layer, unit], view.discretise));
      context.globalAlpha = isUsed(layer, unit) ? 1 : 0.35;
      context.drawImage(map.canvas, left, bottom - side, side, side);
      context.strokeRect(left, bottom - side, side, side);
      if (layer === 0) return;
      context.fillStyle = css(signedColour(frame.parameters[frame.bias(layer, unit)] || 0));
      context.fillRect(left - 4, bottom - 6, 9, 9);
      context.strokeRect(left - 4, bottom - 6, 9, 9);
      context.fillStyle = "#8886";
      context.fillRect(left, bottom + 4, side, 4);
      // A negative term goes to the left. The root, so that small terms are seen at all.
      const length = Math.sign(terms[i]) * Math.sqrt(Math.abs(terms[i]) / most);
      context.fillStyle = length < 0 ? NEGATIVE : POSITIVE;
      context.fillRect(left + side / 2, bottom + 4, (length * side) / 2, 4);
    });
  }
  function paint() {
    if (!width || !frame) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    drawLines();
    drawUnits();
  }
  function described({ layer, unit }) {
    const name = frame.name(layer, unit);
    if (layer === 0) return name;
    const at = frame.bias(layer, unit);
    return `${name}: bias ${written(frame.parameters[at])}, `
      + `error term ${written(frame.gradient[at])}`;
  }
  function draw(now) {
    frame = now;
    const { sizes, features: names } = frame.header;
    const wanted = JSON.stringify([sizes, names, model.get("hidden_parts")]);
    const isNew = wanted !== shape;
    shape = wanted;
    if (isNew) build();
    paint();
    // Nobody listens to labels that change with each frame.
    if (model.get("playing")) return;
    for (const each of self.units) each.element.setAttribute("aria-label", described(each));
  }
  return self;
}
