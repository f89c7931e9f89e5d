const NOTHING = "Nothing is calculated yet. What comes first?";

function render({ model, el }) {
  const lines = model.get("lines");
  const goTo = (step) => {
    model.set("step", Math.min(Math.max(step, 0), lines.length));
    model.save_changes();
  };
  const spoken = make("div", { class: "mlp-unseen", role: "status" });
  const parts = [phaseButtons(lines, goTo), controls(model, lines, goTo), history(lines),
    network(model.get("pictures"))];

  const showStep = () => {
    const step = model.get("step");
    spoken.textContent = lines[step - 1]?.spoken ?? NOTHING;
    parts.forEach((part) => part.show(step));
  };
  showStep();
  el.append(widget("section", { class: "mlp-stepper", "aria-label": "Stepper" },
    ...parts.map((part) => part.element), spoken));
  typeset(model, el);
  return follow(model, ["step"], showStep);
}

function button(text, click) {
  return make("button", { type: "button", class: "mlp-button", click }, text);
}

// Goes to the first line of a phase, and shows which phase it is.
function phaseButtons(lines, goTo) {
  const phases = [...new Set(lines.map((line) => line.phase))];
  const first = (phase) => lines.findIndex((line) => line.phase === phase) + 1;
  const buttons = phases.map((phase) => button(phase, () => goTo(first(phase))));
  const show = (step) => buttons.forEach((each, i) =>
    each.setAttribute("aria-current", phases[i] === lines[step - 1]?.phase ? "step" : "false"));
  const attributes = { class: "mlp-row", role: "group", "aria-label": "Go to phase" };
  return { element: make("div", attributes, ...buttons), show };
}

function controls(model, lines, goTo) {
  const restart = button("Restart", () => goTo(0));
  const back = button("Back", () => goTo(model.get("step") - 1));
  const next = button("Next", () => goTo(model.get("step") + 1));
  const slider = make("input", {
    type: "range", min: 0, max: lines.length, "aria-label": "Step of the calculation",
    input: (event) => goTo(Number(event.target.value)),
  });
  const count = make("span", { class: "mlp-count" });
  const show = (step) => {
    slider.value = step;
    slider.setAttribute("aria-valuetext", `step ${step} of ${lines.length}`);
    count.textContent = `step ${step} of ${lines.length}`;
    // A disabled button would lose the focus of whoever is pressing it.
    back.setAttribute("aria-disabled", step === 0);
    next.setAttribute("aria-disabled", step === lines.length);
  };
  return { element: make("div", { class: "mlp-row" }, restart, back, next, slider, count), show };
}

function network(pictures) {
  const element = make("div", { class: "mlp-picture", role: "img" });
  const show = (step) => {
    html(element, pictures[step].svg);
    element.setAttribute("aria-label", pictures[step].alt);
  };
  return { element, show };
}

// All lines are in the page from the beginning, typeset once; those to come are hidden.
function history(lines) {
  const nothing = make("li", {}, NOTHING);
  const items = lines.map((line, i) => written(line, lines[i - 1]));
  const element = make("ol", { class: "mlp-lines", tabindex: 0, "aria-label": "Lines so far" },
    nothing, ...items);
  const showNewest = () => { element.scrollTop = element.scrollHeight; };
  const show = (step) => {
    nothing.hidden = step > 0;
    items.forEach((item, i) => {
      item.hidden = i >= step;
      item.setAttribute("aria-current", i === step - 1 ? "step" : "false");
    });
    showNewest();
  };
  // Narrower lines are higher. The observer goes when the element goes.
  new ResizeObserver(showNewest).observe(element);
  return { element, show };
}

// A line of the calculation; one that begins a phase carries its name.
function written(line, before) {
  const heading = line.phase === before?.phase ? [] : [make("h4", {}, line.phase)];
  const parts = [line.symbol, `= ${line.formula}`, `= ${line.substitution}`, `= ${line.shown}`];
  const texts = parts.map((part) => make("span", {}, `$${part}$`));
  return make("li", {}, ...heading, make("div", { class: "mlp-line" }, ...texts));
}

export default { render };
