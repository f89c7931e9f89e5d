// Makes an element with attributes and children; an attribute that is a function is a listener.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// The outermost element of a widget.
export function widget(tag, attributes, ...children) {
  const element = make(tag, attributes, ...children);
  element.classList.add("mlp-widget");
  // JupyterLab would take the arrow keys, Enter and Space for the notebook. It asks for this on
  // the element that has the focus.
  for (const operable of element.querySelectorAll("button, input, [tabindex]")) {
    operable.setAttribute("data-lm-suppress-shortcuts", true);
  }
  return element;
}

export function html(element, content) {
  element.innerHTML = content;
  return element;
}

// JupyterLab brings its own MathJax and keeps it to itself; other pages have a global one or none.
export function typeset(model, element) {
  const typesetter = model.widget_manager?._rendermime?.latexTypesetter;
  if (typesetter) typesetter.typeset(element);
  else globalThis.MathJax?.typesetPromise?.([element]);
}

// Listens to traits of the model until the view is removed.
export function follow(model, names, listener) {
  const events = names.map((name) => `change:${name}`).join(" ");
  model.on(events, listener);
  return () => model.off(events, listener);
}
