const KEPT = 300;
const AHEAD = 2;
const GONE = "The kernel has gone. Run the cell again.";

// Asks the kernel, and has each frame drawn when the screen next shows something.
//
// To play is to ask for another frame whenever one is drawn. So pausing is not to ask, and a page
// that is closed or a kernel that is gone stops everything. Two frames are on their way at a
// time: Jupyter's server holds each back until the browser has confirmed what came before it, which
// a browser that has nothing to ask does after 40 ms only.
export function startLoop(model, { draw, tell }) {
  const name = Math.random().toString(36).slice(2);
  const [queue, asked, frames, timings] = [[], new Map(), [], []];
  const painted = new MessageChannel();
  let [count, request, driving, gone] = [0, null, false, false];
  let [last, drawing] = [null, null];

  function next() {
    while (!gone && asked.size < 1 && frames.length < 2) {
      const asking = queue.shift() ?? (driving ? { message: { do: "play" } } : null);
      if (!asking) return;
      const id = `${name}-${(count += 1)}`;
      asked.set(id, { ...asking, at: performance.now() });
      model.send({ ...asking.message, id });
    }
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
    const asking = asked.get(content.id);
    asked.delete(content.id);
    const answer = { ...asking, content, buffers, took: performance.now() - asking?.at };
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
    const frame = frames.shift();
    request = frames.length ? requestAnimationFrame(show) : null;
    next();
    drawing = { ...frame, begun: performance.now() };
    draw(frame.content, frame.buffers);
    frame.answered?.(frame.content);
    // A message to oneself comes when the browser has laid out and painted.
    painted.port1.postMessage(null);
  }

  painted.port2.onmessage = () => {
    const { message, content: { ms }, took, begun } = drawing;
    if (message?.do === "play") {
      const compute = ms.learn + ms.look;
      timings.push({ compute, transfer: Math.max(took - compute, 0),
        draw: performance.now() - begun, frame: last && begun - last });
      if (timings.length > KEPT) timings.shift();
    }
    last = driving ? begun : null;
  };

  function setPlaying(value) {
    driving = value && !gone;
    model.set("playing", driving);
    model.save_changes();
    next();
  }
  // Another view of the same model, or the kernel, may pause too.
  const follow = () => { driving &&= model.get("playing"); };
  const lose = () => {
    [driving, gone] = [false, true];
    model.set("playing", false);
    tell(GONE);
  };
  const listeners = { "msg:custom": receive, "change:playing": follow, comm_live_update: lose };
  Object.entries(listeners).forEach(([event, listener]) => model.on(event, listener));

  function stop() {
    if (driving) setPlaying(false);
    gone = true;
    Object.entries(listeners).forEach(([event, listener]) => model.off(event, listener));
    cancelAnimationFrame(request);
    painted.port1.close();
  }
  return { ask, setPlaying, stop, timings };
}
