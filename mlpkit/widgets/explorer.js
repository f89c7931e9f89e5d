// In milliseconds: playing takes this long, if the steps are then neither too fast nor too slow.
const PLAY = { whole: 8000, fastest: 120, slowest: 800 };

function render({ model, el }) {
  const controls = model.get("controls");
  const set = (name, value) => {
    model.set("values", { ...model.get("values"), [name]: value });
    model.save_changes();
  };
  const makers = { slider, choice: choices, number: numberField };
  const parts = controls.map((control) => makers[control.kind](control, set));
  const reset = make("button", { type: "button", class: "mlp-button", click: () => {
    model.set("values", Object.fromEntries(controls.map(({ name, start }) => [name, start])));
    model.save_changes();
  } }, "Reset");
  const content = make("div", { class: "mlp-content" });
  const row = make("div", { class: "mlp-controls", role: "group", "aria-label": "Controls" },
    ...parts.map((part) => part.element), reset);

  const showValues = () => {
    const values = model.get("values");
    parts.forEach((part, i) => part.show(values[controls[i].name]));
  };
  const showContent = () => {
    html(content, model.get("content"));
    if (content.textContent.includes("$")) typeset(model, content);
  };
  showValues();
  showContent();
  el.append(widget("section", { class: "mlp-explorer", "aria-label": "Explorer" }, row, content));
  typeset(model, row);
  const stopFollowing = [follow(model, ["values"], showValues),
    follow(model, ["content"], showContent)];
  return () => {
    parts.forEach((part) => part.stop?.());
    stopFollowing.forEach((stop) => stop());
  };
}

// Other widgets on the page have this script to themselves, so counting would repeat an id.
function named(control) {
  const id = `mlp-control-${Math.random().toString(36).slice(2)}`;
  return [id, html(make("span"), control.label)];
}

function slider(control, set) {
  const [id, label] = named(control);
  const input = make("input", {
    type: "range", id, min: control.low, max: control.high, step: control.step,
    input: (event) => { stop(); set(control.name, Number(event.target.value)); },
  });
  const shown = make("output", { for: id, class: "mlp-value" });
  const show = (value) => {
    input.value = value;
    shown.textContent = written(value);
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    if (play) play.textContent = "Play";
  };
  const start = () => {
    if (Number(input.value) >= control.high) input.value = control.low;
    play.textContent = "Pause";
    const steps = (control.high - control.low) / control.step;
    const every = Math.min(Math.max(PLAY.whole / steps, PLAY.fastest), PLAY.slowest);
    timer = setInterval(() => {
      // The page may have been closed, or the cell run again.
      if (!input.isConnected || Number(input.value) >= control.high) return stop();
      input.stepUp();
      set(control.name, Number(input.value));
    }, every);
  };
  const play = control.play && make("button", {
    type: "button", class: "mlp-button", click: () => (timer ? stop() : start()),
  }, "Play");
  const element = make("div", { class: "mlp-control" },
    make("label", { for: id }, label), input, shown, ...(play ? [play] : []));
  return { element, show, stop };
}

// At most so many digits as a reader can use, and a minus sign that is one.
function written(value) {
  return String(Number(Number(value).toPrecision(6))).replace("-", "−");
}

function choices(control, set) {
  const [id, label] = named(control);
  const inputs = control.options.map((text, i) => make("input", {
    type: "radio", name: id, value: i, change: () => set(control.name, control.values[i]),
  }));
  const options = control.options.map((text, i) => make("label", {}, inputs[i], text));
  const element = make("fieldset", { class: "mlp-control mlp-choice" },
    make("legend", {}, label), ...options);
  const show = (value) => inputs.forEach((input, i) => {
    input.checked = control.values[i] === value;
  });
  return { element, show };
}

function numberField(control, set) {
  const [id, label] = named(control);
  const input = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", id, class: "mlp-number",
    input: (event) => {
      const typed = event.target.value.trim().replace(",", ".").replace("−", "-");
      const value = Number(typed);
      const isNumber = typed !== "" && Number.isFinite(value);
      input.setAttribute("aria-invalid", !isNumber);
      if (isNumber) set(control.name, value);
    },
  });
  const show = (value) => {
    // What is being typed, such as "0.", is left alone.
    if (Number(input.value.replace(",", ".").replace("−", "-")) !== value || input.value === "") {
      input.value = written(value);
    }
    input.setAttribute("aria-invalid", false);
  };
  return { element: make("div", { class: "mlp-control" }, make("label", { for: id }, label), input),
    show };
}

export default { render };
