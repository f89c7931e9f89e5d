import { follow, make, widget } from "../shared.js";
import { button, control, dataPicker, operable, part, write } from "./controls.js";
import { gradientNorms, lossCurves, lossText } from "./curves.js";
import { octets, readFrame } from "./frame.js";
import { pointAt } from "./inspector.js";
import { startLoop } from "./loop.js";
import { makeNetwork } from "./network.js";
import { makePlane } from "./plane.js";

const LEARNING = ["rate", "activation", "output", "initial", "momentum", "penalty", "penalty_rate"];
const POINTS = ["noise", "train_part", "batch_size", "epochs_per_frame"];

function render({ model, el }) {
  const features = model.get("choices").features.values;
  const status = make("p", { class: "mlp-faint mlp-status", role: "status" });
  const alert = make("p", { class: "mlp-alert", role: "alert" });
  const goal = make("p", { class: "mlp-goal" });
  const say = (text) => write(status, text);
  const loop = startLoop(model, { draw: receive, say, tell: (text) => write(alert, text) });
  const stops = [loop.stop];
  // What all parts of the page need.
  const page = {
    model, features, say, ask: loop.ask, view: { ...model.get("view") },
    // Does something now, and whenever one of these traits changes.
    whenever(names, act) {
      act();
      stops.push(follow(model, names, act));
    },
    redraw() {
      if (!page.frame) return;
      parts.forEach((each) => each.draw(page.frame));
      temperature.hidden = !page.frame.ofClasses;
    },
  };
  const plane = makePlane(page);
  const network = makeNetwork(page);
  const pointing = pointAt(network, plane, page);
  const [losses, norms, bar] = [lossCurves(), gradientNorms(), playBar(page, plane, loop)];
  const parts = [network, pointing, plane, losses, norms, bar];
  const temperature = control(page, "temperature");
  const controls = (names) => names.map((name) => control(page, name));
  function receive(header, buffers) {
    page.frame = readFrame(header, buffers, octets(model.get("feature_maps")), features);
    page.redraw();
    goal.dataset.reached = Boolean(header.goal?.reached);
    write(goal, [model.get("challenge")?.text, header.goal?.text].filter(Boolean).join(" "));
  }
  const root = widget("div", { class: "mlp-playground", role: "group", "aria-label": "Playground" },
    goal, bar.element, part("learning", { class: "mlp-settings" }, ...controls(LEARNING)),
    alert, status, make("div", { class: "mlp-columns" },
      part("data", { class: "mlp-left" }, dataPicker(page), ...controls(POINTS),
        button("Regenerate", () => page.ask({ do: "regenerate" }))),
      make("div", { class: "mlp-middle" }, network.element, ...pointing.elements),
      make("div", { class: "mlp-right" }, plane.element, make("div", { class: "mlp-measures" },
        temperature, part("curves", {}, losses.element), part("norms", {}, norms.element)))),
    exportBar(page));
  page.whenever(["hidden_parts"], () => {
    root.dataset.hidden = model.get("hidden_parts").join(" ");
    page.redraw();
  });
  el.append(Object.assign(root, { timings: loop.timings }));
  page.ask({ do: "draw" });
  return () => stops.forEach((stop) => stop());
}

// Play, steps, the way back, and the count of epochs.
function playBar({ model, view, ask, say, whenever }, plane, loop) {
  const act = (text, message, title) =>
    button(text, () => ask(message), { title, "aria-label": title });
  const main = button("", () => loop.setPlaying(!model.get("playing")),
    { class: "mlp-button mlp-play" });
  whenever(["playing"], () => {
    write(main, model.get("playing") ? "Pause" : "Play");
    main.classList.toggle("mlp-playing", model.get("playing"));
  });
  const undo = act("Undo", { do: "undo" });
  const count = make("span", { class: "mlp-epoch" });
  const draw = ({ header: { epoch, seen, examples, example, train, test, can_undo: canUndo } }) => {
    write(count, epoch.toLocaleString("en"));
    undo.disabled = !canUndo;
    const progress = seen ? `, ${seen} of ${examples} examples` : "";
    const pace = view.timings ? `${loop.timings.at(-1)?.frame?.toFixed(0)} ms a frame` : "";
    // Nobody listens to losses that change with each frame.
    say(model.get("playing") ? pace : `Epoch ${epoch}${progress}. Training loss `
      + `${lossText(train)}, test loss ${lossText(test)}. ${plane.said(example)}`);
  };
  const element = make("div", { class: "mlp-bar-top" },
    part("steps", { class: "mlp-group" }, main,
      make("div", { class: "mlp-group mlp-joined" }, "Step",
        ...["example", "batch", "epoch"].map((what) =>
          act(what, { do: "step", what }, `Step by one ${what}`)))),
    make("div", { class: "mlp-group" },
      act("Reset", { do: "reset" }, "Reset to the same initial weights"),
      act("New weights", { do: "reset", new: true }), undo),
    make("div", { class: "mlp-count-epochs" }, "Epoch ", count));
  return { element, draw };
}

// The settings as a text, and the picture as a file.
function exportBar({ model, ask, whenever }) {
  const field = operable("input", { type: "text", class: "mlp-state", spellcheck: "false",
    "aria-label": "Settings as a text", placeholder: "all as at first" });
  whenever(["state"], () => { field.value = model.get("state"); });
  const copy = () => navigator.clipboard.writeText(field.value).catch(() => field.select());
  async function save(kind) {
    const { svg: source, width, height } = await ask({ do: "picture" });
    if (!source) return;
    let href = `data:image/svg+xml,${encodeURIComponent(source)}`;
    if (kind === "PNG") {
      const image = make("img", { src: href });
      await image.decode();
      const canvas = make("canvas", { width: 2 * width, height: 2 * height });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      href = canvas.toDataURL();
    }
    make("a", { href, download: `playground.${kind.toLowerCase()}` }).click();
  }
  return make("div", { class: "mlp-bar-end" },
    part("state", { class: "mlp-group" }, "Settings", field, button("Copy", copy),
      button("Restore", () => ask({ do: "restore", state: field.value }))),
    part("export", { class: "mlp-group" }, "Picture",
      ...["PNG", "SVG"].map((kind) => button(kind, () => save(kind)))));
}

export default { render };
