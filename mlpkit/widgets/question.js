const MARKS = { right: "✓ Right. ", wrong: "✗ Not yet. ", unread: "… ", open: "" };
// "Not yet" beside "this line is right" would be read as being about the line.
const LINE_MARKS = { ...MARKS, right: "✓ Found. ", wrong: "✗ Not this line. " };

function render({ model, el }) {
  let answer = model.get("answer");
  const marks = model.get("kind") === "line" ? LINE_MARKS : MARKS;
  const mark = make("strong");
  const said = make("div");
  const feedback = make("div", { class: "mlp-feedback", role: "status" }, mark, said);
  const answerWith = (value) => {
    answer = value;
    feedback.dataset.state = "open";
  };

  const parts = { choice: choices, line: choices, number: numberField, order: steps };
  const name = `answer-${Math.random().toString(36).slice(2)}`;
  const part = parts[model.get("kind")](model, name, answerWith);
  const legend = html(make("legend"), model.get("text"));
  const field = make("fieldset", { class: "mlp-field" }, legend, part);
  const check = make("button", { type: "submit", class: "mlp-button" }, "Check");
  const submit = (event) => {
    event.preventDefault();
    model.send({ answer });
  };
  // JupyterLab keeps Enter in an input from reaching the form.
  const keydown = (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    form.requestSubmit();
  };
  const form = widget("form", { class: "mlp-question", "aria-label": "Question", submit, keydown },
    field, check, ...hints(model), feedback);

  const showFeedback = () => {
    const state = model.get("state");
    feedback.dataset.state = state;
    mark.textContent = marks[state];
    typeset(model, html(said, model.get("feedback")));
  };
  showFeedback();
  el.append(form);
  typeset(model, field);
  return follow(model, ["checks"], showFeedback);
}

// A button that shows one more hint each time, and the hints.
function hints(model) {
  const texts = model.get("hints");
  if (!texts.length) return [];
  const list = make("ol", { class: "mlp-hints", role: "status", "aria-label": "Hints" });
  const button = make("button", { type: "button", class: "mlp-button" });
  const show = () => {
    const seen = model.get("hints_seen");
    for (let i = list.children.length; i < seen; i += 1) {
      const item = html(make("li"), texts[i]);
      list.append(item);
      typeset(model, item);
    }
    button.textContent = `Hint (${seen} of ${texts.length})`;
    button.setAttribute("aria-disabled", seen >= texts.length);
  };
  button.addEventListener("click", () => {
    model.set("hints_seen", Math.min(model.get("hints_seen") + 1, texts.length));
    model.save_changes();
    show();
  });
  show();
  return [button, list];
}

function choices(model, name, answerWith) {
  const list = make("div", { class: "mlp-options" });
  model.get("options").forEach((text, i) => {
    const input = make("input", { type: "radio", name, value: i, change: () => answerWith(i) });
    input.checked = model.get("answer") === i;
    const number = model.get("kind") === "line" ? [make("b", {}, `${i + 1}`)] : [];
    list.append(make("label", {}, input, ...number, html(make("span"), text)));
  });
  return list;
}

function numberField(model, name, answerWith) {
  const input = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", id: name, class: "mlp-number",
    input: (event) => answerWith(event.target.value),
  });
  input.value = model.get("answer") ?? "";
  return make("label", { for: name }, "Your number: ", input);
}

function steps(model, name, answerWith) {
  const options = model.get("options");
  const moved = make("div", { class: "mlp-unseen", role: "status" });
  const list = make("ol", { class: "mlp-steps" });
  const move = (item, by) => {
    const items = [...list.children];
    const to = items.indexOf(item) + by;
    if (to < 0 || to >= items.length) return;
    if (by < 0) items[to].before(item);
    else items[to].after(item);
    moved.textContent = `now step ${to + 1} of ${items.length}`;
    answerWith([...list.children].map((child) => Number(child.dataset.option)));
  };
  for (const i of model.get("answer")) {
    const item = make("li", { "data-option": i });
    const text = html(make("span", { id: `${name}-${i}` }), options[i]);
    const button = (sign, label, by) => make("button", {
      type: "button", class: "mlp-button", "aria-label": label, title: label,
      "aria-describedby": `${name}-${i}`,
      // Moving an element takes the focus away from what is in it.
      click: (event) => { move(item, by); event.currentTarget.focus(); },
    }, sign);
    item.append(button("↑", "Move up", -1), button("↓", "Move down", 1), text);
    list.append(item);
  }
  return make("div", {}, list, moved);
}

export default { render };
