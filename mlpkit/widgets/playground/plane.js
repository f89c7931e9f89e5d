import { follow, make } from "../shared.js";
import { CLASSES, css, heatMap, likeliest, signedColour, written } from "./colours.js";
import { button, checkbox, operable, part } from "./controls.js";
import { floats, octets, pretty } from "./frame.js";

const [SIZE, STEP, MANY] = [640, 0.25, 600];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// What the trait of the points holds: for each its place, how it looks, and its part.
export function readPoints({ x, label, test, classes }) {
  const [places, labels, tests] = [floats(x), floats(label), octets(test)];
  return Array.from(labels, (value, i) => ({
    x: places[2 * i], y: places[2 * i + 1], test: tests[i] === 1,
    ...(classes ? CLASSES[value] : { ...CLASSES[0], colour: signedColour(value) }),
  }));
}

// Darker than the map, on which they lie; those of the test part are hollow.
function drawPoints(context, points, plane, withTest) {
  const scale = SIZE / (2 * plane);
  const size = points.length > MANY ? 0.75 : 1;
  context.resetTransform();
  context.clearRect(0, 0, SIZE, SIZE);
  for (const { x, y, colour, outline, test } of points) {
    if (test && !withTest) continue;
    const dark = css(colour.map((each) => 0.8 * each));
    context.setTransform(size, 0, 0, size, (x + plane) * scale, (plane - y) * scale);
    context.lineWidth = test ? 4 : 2;
    [context.fillStyle, context.strokeStyle] = test ? ["#fff", dark] : [dark, "#fff"];
    const path = new Path2D(outline);
    context.fill(path);
    context.stroke(path);
  }
}

// The big picture: what the network makes of the plane, and the points.
export function makePlane(model, view, { ask, say, redraw }) {
  const { grid, plane } = model.get("about");
  const map = heatMap(grid, { class: "mlp-map" });
  const dots = make("canvas", { width: SIZE, height: SIZE, class: "mlp-dots", "aria-hidden": "true" });
  const crosshair = make("span", { class: "mlp-crosshair", "aria-hidden": "true" });
  const area = operable("div", { class: "mlp-area", role: "img" }, map.canvas, dots, crosshair);
  const caption = make("div", { class: "mlp-heading" });
  const ticks = ["mlp-across", "mlp-up"].map((name) => make("div", { class: `mlp-ticks ${name}` }));
  const checks = [["Discretise", "discretise"], ["Test points", "show_test"]].map(([text, name]) =>
    checkbox(text, view[name], (on) => {
      view[name] = on;
      redraw();
      showPoints();
    }));
  let [points, isDrawing] = [[], false];
  const showPoints = () => drawPoints(dots.getContext("2d"), points, plane, view.show_test);
  const kind = operable("select", { "aria-label": "Class of a new point" });
  const drawing = button("Draw points", () => setDrawing(!isDrawing), { "aria-pressed": "false" });
  const tools = make("div", { class: "mlp-tools", hidden: "" },
    make("label", {}, "Class ", kind), button("Clear all", () => ask({ do: "clear" })),
    make("p", { class: "mlp-faint" }, "Click, or move with the arrow keys and press Enter. ",
      "Delete, or a click with Shift, takes the nearest point away."));

  function setDrawing(on) {
    isDrawing = on;
    drawing.setAttribute("aria-pressed", on);
    tools.hidden = !on;
    area.setAttribute("role", on ? "application" : "img");
    area.classList.toggle("mlp-drawing", on);
    area.tabIndex = on ? 0 : -1;
    (on ? area : drawing).focus();
  }
  const place = [0, 0];
  function move(...to) {
    to.forEach((value, i) => { place[i] = Math.min(Math.max(value, -plane), plane); });
    crosshair.style.left = `${50 + (50 * place[0]) / plane}%`;
    crosshair.style.top = `${50 - (50 * place[1]) / plane}%`;
    say(`x₁ ${written(place[0])}, x₂ ${written(place[1])}`);
  }
  const add = () => ask({ do: "add", x: [...place], class: kind.selectedIndex });
  const erase = () => ask({ do: "erase", x: [...place] });
  const keys = { Enter: add, " ": add, Delete: erase, Backspace: erase, Escape: () => setDrawing(false) };
  area.addEventListener("keydown", (event) => {
    if (!isDrawing || !(event.key in ARROWS || event.key in keys)) return;
    event.preventDefault();
    const step = event.shiftKey ? 4 * STEP : STEP;
    if (event.key in keys) keys[event.key]();
    else move(...ARROWS[event.key].map((way, i) => place[i] + way * step));
  });
  area.addEventListener("click", (event) => {
    if (!isDrawing) return;
    const box = area.getBoundingClientRect();
    move(plane * ((2 * (event.clientX - box.left)) / box.width - 1),
      plane * (1 - (2 * (event.clientY - box.top)) / box.height));
    (event.shiftKey ? erase : add)();
  });
  const readAgain = () => {
    const trait = model.get("points");
    points = readPoints(trait);
    showPoints();
    trait.ranges.forEach(([low, high], i) => ticks[i].replaceChildren(
      ...[written(low), pretty(trait.names[i] ?? ""), written(high)].map((text) => make("span", {}, text))));
    const count = Math.max(trait.classes, 4);
    if (kind.length === count) return;
    kind.replaceChildren(...CLASSES.slice(0, count).map(({ sign }, i) => make("option", {}, `${sign} ${i}`)));
    kind.selectedIndex = 1;
  };
  readAgain();
  // Shows a unit, or what the outputs make of the plane together.
  const draw = (frame, looked, name) => {
    const outputs = frame.header.sizes[frame.top];
    const one = looked ?? (outputs === 1 ? [frame.top, 0] : null);
    const planes = Array.from({ length: outputs }, (_, unit) => frame.levels(frame.top, unit));
    if (one) map.paint(frame.levels(...one), frame.table(...one, view.discretise));
    else map.paint(...likeliest(planes, view.discretise));
    if (caption.textContent === name) return;
    caption.textContent = name;
    area.setAttribute("aria-label", `${name} over the plane of x₁ and x₂, with the points`);
  };
  const element = make("div", { class: "mlp-plane" }, caption,
    make("div", { class: "mlp-framed" }, ticks[1], area, ticks[0]),
    make("div", { class: "mlp-options-row" }, ...checks, part("drawing", {}, drawing)),
    part("drawing", {}, tools));
  return { element, draw, stop: follow(model, ["points"], readAgain) };
}
