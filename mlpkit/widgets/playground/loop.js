const [KEPT, PATIENCE] = [300, 1000];
const GONE = "The kernel has gone. Run the cell again.";
const BUSY = "The kernel is busy with another cell.";

// Asks the kernel, and has each frame drawn when the screen next shows something.
//
// To play is to ask for another frame whenever one has come. So pausing is not to ask, and a page
// that is closed or a kernel that is gone stops everything. One request is on its way at a time,
// and at most one frame waits to be drawn while the kernel makes the next.
export function startLoop(model, { draw, tell, say }) {
  const name = Math.random().toString(36).slice(2);
  const [queue, frames, timings] = [[], [], []];
  let [count, asked, request, driving, gone] = [0, null, null, false, false];
  let [last, drawing, patience, isLate] = [null, null, null, false];

  function next() {
    if (gone || asked || frames.length > 1) return;
    asked = queue.shift() ?? (driving ? { message: { do: "play" } } : null);
    if (!asked) return;
    asked = { ...asked, id: `${name}-${(count += 1)}`, at: performance.now() };
    model.send({ ...asked.message, id: asked.id });
    patience = setTimeout(() => wait(true), PATIENCE);
  }
  function wait(late) {
    if (late !== isLate) say(late ? BUSY : "");
    isLate = late;
  }
  // Promises the answer; that to a frame comes when it has been drawn.
  function ask(message) {
    if (gone) tell(GONE);
    // A slider moves faster than frames come: only its last position is of interest.
    const passed = queue.findIndex(({ message: { name: of } }) => of && of === message.name);
    if (passed >= 0) queue.splice(passed, 1);
    return new Promise((answered) => {
      queue.push({ message, answered });
      next();
    });
  }

  function receive(content, buffers) {
    const answer = { content, buffers };
    if (content.id === asked?.id) {
      Object.assign(answer, asked, { took: performance.now() - asked.at });
      asked = null;
      clearTimeout(patience);
      wait(false);
    }
    if (content.kind === "frame") {
      frames.push(answer);
      request ??= requestAnimationFrame(show);
    } else answer.answered?.(content);
    const stopped = content.kind === "error" ? content.text : content.problem;
    if (stopped) tell(stopped);
    if (stopped && driving) setPlaying(false);
    next();
  }

  function show() {
    drawing = { ...frames.shift(), begun: performance.now() };
    request = frames.length ? requestAnimationFrame(show) : null;
    next();
    draw(drawing.content, drawing.buffers);
    drawing.answered?.(drawing.content);
    // That is when the browser has laid out and painted.
    setTimeout(note);
  }
  function note() {
    const { message, content: { ms }, took, begun } = drawing;
    if (message?.do === "play") {
      const compute = ms.learn + ms.look;
      timings.push({ compute, transfer: Math.max(took - compute, 0),
        draw: performance.now() - begun, frame: last && begun - last });
      if (timings.length > KEPT) timings.shift();
    }
    last = driving ? begun : null;
  }

  function setPlaying(value) {
    driving = value && !gone;
    model.set("playing", driving);
    model.save_changes();
    next();
  }
  const lose = () => {
    [driving, gone] = [false, true];
    clearTimeout(patience);
    model.set("playing", false);
    tell(GONE);
  };
  // Another view of the same model, or the kernel, may pause too.
  const listeners = { "msg:custom": receive, comm_live_update: lose,
    "change:playing": () => { driving &&= model.get("playing"); } };
  Object.entries(listeners).forEach(([event, listener]) => model.on(event, listener));

  function stop() {
    if (driving) setPlaying(false);
    gone = true;
    Object.entries(listeners).forEach(([event, listener]) => model.off(event, listener));
    cancelAnimationFrame(request);
    clearTimeout(patience);
  }
  return { ask, setPlaying, stop, timings };
}
