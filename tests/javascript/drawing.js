import view from "/mlpkit/widgets/playground/main.js";
import { buffers, equal, fakeModel, frameDrawn, header, traits } from "./checking.js";

// A view that has drawn its first frame.
async function shown(changes = {}, first = {}) {
  const model = fakeModel({ ...traits, ...changes });
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  const stop = view.render({ model, el });
  const answer = async (more = {}) => {
    model.answer({ ...header, ...more, id: model.sent.at(-1).id }, buffers);
    await frameDrawn();
  };
  await answer(first);
  const find = (selector) => el.querySelector(selector);
  const press = (target, key) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const said = () => {
    const { id: _, ...message } = model.sent.at(-1);
    return message;
  };
  // The middle of one element, or of two, and the colour on the canvas there, or so far below.
  const middle = (...all) => {
    const boxes = all.map((each) => each.getBoundingClientRect());
    const mean = (of) => boxes.reduce((sum, box) => sum + of(box), 0) / boxes.length;
    return [mean(({ left, right }) => (left + right) / 2), mean(({ top, bottom }) => (top + bottom) / 2)];
  };
  const colourAt = (first, second = first, below = 0) => {
    const canvas = find(".mlp-edges");
    const box = canvas.getBoundingClientRect();
    const [x, y] = middle(first, second);
    return [...canvas.getContext("2d").getImageData(x - box.left, y - box.top + below, 1, 1).data];
  };
  return { model, el, stop, answer, find, press, said, middle, colourAt, unit: (key) => find(`[data-key="${key}"]`) };
}

export const tests = {
  async "there is a button for each unit, and its map is drawn below it"() {
    const { el, unit, colourAt } = await shown();
    equal(el.querySelectorAll(".mlp-unit").length, 6);
    const [orange, paper] = [colourAt(unit("1,0")), colourAt(unit("1,1"))];
    equal([orange[0] > orange[2] + 90, Math.min(...paper) > 220], [true, true]);
    equal(unit("1,1").getAttribute("aria-label"), "Unit 2 of layer 1: bias 6, error term −6");
  },
  async "between frames the elements stay the same"() {
    const { el, model, answer } = await shown();
    const before = [...el.querySelectorAll("*:not(.mlp-norms *)")];
    model.send({ id: "x" });
    await answer({ epoch: 4 });
    equal([...el.querySelectorAll("*:not(.mlp-norms *)")].every((each, i) => each === before[i]), true);
  },
  async "lines show weights or gradients"() {
    const { unit, find, colourAt } = await shown();
    const [red, , blue] = colourAt(unit("0,1"), unit("1,1"));
    equal(blue > red, true, "a positive weight");
    find("[aria-label='Lines show']").value = "gradients";
    find("[aria-label='Lines show']").dispatchEvent(new Event("change"));
    const [red2, , blue2] = colourAt(unit("0,1"), unit("1,1"));
    equal(blue2 < red2, true, "a negative gradient");
  },
  async "a line under the mouse is wider, between frames too, and its numbers are said"() {
    const { unit, find, answer, colourAt, middle, model } = await shown();
    const [x, y] = middle(unit("0,1"), unit("1,1"));
    const beside = () => colourAt(unit("0,1"), unit("1,1"), 4)[3];
    const before = beside();
    unit("0,0").parentElement.parentElement.dispatchEvent(
      new PointerEvent("pointermove", { clientX: x, clientY: y, bubbles: true }));
    equal(find(".mlp-hint").textContent, "From x₂ to unit 2 of layer 1: weight 4, gradient −4");
    const pointed = beside();
    equal(pointed > before, true);
    model.send({ id: "x" });
    await answer({ epoch: 4 });
    equal(beside(), pointed, "in the next frame");
  },
  async "the example that was learned from is ringed and said"() {
    const { find, answer, model } = await shown();
    equal(find(".mlp-ring").hidden, true);
    model.send({ id: "x" });
    await answer({ example: 1 });
    equal([find(".mlp-ring").hidden, find(".mlp-ring").style.left], [false, "0%"]);
    equal(find("[role=status]").textContent,
      "Epoch 3. Training loss 0.500, test loss not a number. Learned from the ringed point, x₁ −6, x₂ 6.");
  },
  async "arrows move between units, and Tab comes back to the last"() {
    const { unit, press } = await shown();
    unit("0,0").focus();
    press(unit("0,0"), "ArrowDown");
    equal(document.activeElement === unit("0,1"), true, "below");
    press(unit("0,1"), "ArrowRight");
    equal(document.activeElement.dataset.key.startsWith("1,"), true, "to the right");
    equal(document.activeElement.tabIndex, 0);
    equal(document.querySelectorAll(".mlp-unit[tabindex='0']").length, 1);
  },
  async "a unit that is pointed at is enlarged, and the caption says so"() {
    const { unit, find } = await shown();
    unit("1,0").focus();
    equal(find(".mlp-plane .mlp-heading").textContent, "Unit 1 of layer 1");
    unit("1,0").blur();
    equal(find(".mlp-plane .mlp-heading").textContent, "Output");
  },
  async "a feature is switched on and off"() {
    const { unit, said } = await shown();
    unit("0,2").click();
    equal(said(), { do: "set", name: "features", value: ["x1", "x2", "x1^2"] });
    equal([unit("0,1"), unit("0,2")].map((each) => each.getAttribute("aria-pressed")), ["true", "false"]);
  },
  async "a number is edited in the inspector, by a comma too, and a word is not"() {
    const { unit, find, said, model, answer, press } = await shown();
    unit("1,1").click();
    const field = find("[aria-label='Weight from x₁']");
    equal(field.value, "3");
    const type = (text) => { field.value = text; field.dispatchEvent(new Event("change")); };
    const before = model.sent.length;
    type("two");
    equal([model.sent.length, field.getAttribute("aria-invalid")], [before, "true"]);
    type("0,25");
    equal(said(), { do: "edit", place: [1, 1, 0], value: 0.25 });
    field.focus();
    await answer();
    equal(field.value, "3", "what the kernel has made of it");
    field.value = "0.5";
    press(field, "Enter");
    equal(said().value, 0.5, "by Enter");
    const asked = model.sent.length;
    field.dispatchEvent(new Event("change"));
    equal(model.sent.length, asked, "once");
    field.value = "7";
    model.answer({ ...header, id: null }, buffers);
    await frameDrawn();
    equal(field.value, "7", "what is being typed");
  },
  async "points are drawn by keyboard, and taken away"() {
    const { el, find, press, said, answer } = await shown();
    [...el.querySelectorAll("button")].find((each) => each.textContent === "Draw points").click();
    const area = find(".mlp-area");
    ["ArrowRight", "ArrowUp", "ArrowUp", "Enter"].forEach((key) => press(area, key));
    equal(said(), { do: "add", x: [0.25, 0.5], class: 1 });
    await answer();
    press(area, "Delete");
    equal(said(), { do: "erase", x: [0.25, 0.5] });
  },
  async "a unit more or less, up to what there may be"() {
    const { unit, said, answer } = await shown();
    unit("more1").click();
    equal(said(), { do: "set", name: "hidden", value: [3] });
    await answer();
    unit("less").click();
    equal(said(), { do: "set", name: "hidden", value: [] });
  },
  async "parts are hidden for a lesson"() {
    const { el, model } = await shown({ hidden_parts: ["curves"] });
    const hidden = () => [...el.querySelectorAll("[data-part]")]
      .filter((each) => getComputedStyle(each).display === "none" && !each.hidden).map((each) => each.dataset.part);
    equal(hidden(), ["curves"]);
    model.set("hidden_parts", ["layers"]);
    equal(hidden(), ["layers", "layers"]);
  },
  async "a challenge is told and met"() {
    const challenge = { text: "Reach 0.1." };
    const { find } = await shown({ challenge }, { goal: { reached: true, text: "Reached." } });
    equal([find(".mlp-goal").textContent, find(".mlp-goal").dataset.reached], ["Reach 0.1. Reached.", "true"]);
  },
  async "all that takes keys is kept from the notebook's shortcuts"() {
    const { el } = await shown();
    const takers = [...el.querySelectorAll("button, input, select, [tabindex]")];
    equal(takers.filter((each) => !each.hasAttribute("data-lm-suppress-shortcuts")).map((each) => each.outerHTML), []);
  },
  async "what is closed listens no more"() {
    const { model, stop } = await shown();
    stop();
    equal(model.listening(), 0);
  },
};
