const [KEPT, PATIENCE] = [300, 1000];
const GONE = "The kernel has gone. Run the cell again.";
const BUSY = "The kernel is busy with another cell.";

// Asks the kernel, and has each frame drawn when the screen next shows something.
//
// To play is to ask for another frame when one has come, so that nothing goes on without a page.
// One request is on its way at a time: while a frame is drawn, the kernel makes the next, no more.
export function startLoop(model, { draw, tell, say }) {
  const [frames, timings] = [[], []];
  let [queue, driving, gone] = [[], false, false];
  let [asked, request, patience, last] = [null, null, null, null];
  function next() {
    if (gone || asked || frames.length > 1) return;
    asked = queue.shift() ?? (driving ? { message: { do: "play" } } : null);
    if (!asked) return;
    asked = { ...asked, id: Math.random(), at: performance.now() };
    model.send({ ...asked.message, id: asked.id });
    patience = setTimeout(() => say(BUSY), PATIENCE);
  }
  // Promises the answer.
  function ask(message) {
    tell(gone ? GONE : "");
    // A slider moves faster than frames come: only its last position is of interest.
    queue = queue.filter(({ message: { name } }) => !name || name !== message.name);
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
    }
    if (content.kind === "frame") {
      frames.push(answer);
      request ??= requestAnimationFrame(show);
    } else say("");
    answer.answered?.(content);
    const stopped = content.kind === "error" ? content.text : content.problem;
    if (stopped) tell(stopped);
    if (stopped && driving) setPlaying(false);
    next();
  }
  function show() {
    const frame = { ...frames.shift(), begun: performance.now() };
    request = frames.length ? requestAnimationFrame(show) : null;
    next();
    draw(frame.content, frame.buffers);
    // That is when the browser has laid out and painted.
    setTimeout(() => note(frame));
  }
  function note({ message, content: { ms }, took, begun }) {
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
  function lose() {
    [driving, gone] = [false, true];
    clearTimeout(patience);
    model.set("playing", false);
    tell(GONE);
  }
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
