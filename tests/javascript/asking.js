import { startLoop } from "/mlpkit/widgets/playground/loop.js";
import { equal, fakeModel, frameDrawn, header } from "./checking.js";

function looping() {
  const model = fakeModel();
  const [drawn, told] = [[], []];
  const loop = startLoop(model, { draw: ({ epoch }) => drawn.push(epoch), tell: (text) => told.push(text) });
  const answer = (i, extra = {}) => model.answer({ ...header, id: model.sent[i].id, epoch: i, ...extra });
  return { model, loop, drawn, told, answer, asked: () => model.sent.map(({ do: what }) => what) };
}

export const tests = {
  async "playing asks for another frame when one is drawn, never for more than two ahead"() {
    const { loop, asked, answer, drawn } = looping();
    loop.setPlaying(true);
    equal(asked().length, 2);
    answer(0);
    equal(asked().length, 2, "before it is drawn");
    await frameDrawn();
    equal([asked().length, drawn.length], [3, 1]);
    loop.stop();
  },
  async "after a pause what arrives is drawn, and nothing is asked"() {
    const { loop, asked, answer, drawn } = looping();
    loop.setPlaying(true);
    loop.setPlaying(false);
    answer(0);
    answer(1);
    await frameDrawn();
    await frameDrawn();
    equal([asked().length, drawn], [2, [0, 1]]);
  },
  async "a pause from elsewhere stops this view too"() {
    const { model, loop, asked, answer } = looping();
    loop.setPlaying(true);
    model.set("playing", false);
    answer(0);
    await frameDrawn();
    equal(asked().length, 2);
  },
  async "a view draws what another view asked for, and asks for nothing"() {
    const { model, drawn, asked } = looping();
    model.set("playing", true);
    model.answer({ ...header, id: "another's", epoch: 7 });
    model.answer({ ...header, id: null, epoch: 8 });
    await frameDrawn();
    await frameDrawn();
    equal([drawn, asked()], [[7, 8], []]);
  },
  async "an answer is promised to whoever asked, once it is drawn"() {
    const { loop, answer, drawn } = looping();
    const promised = loop.ask({ do: "step", what: "epoch" });
    answer(0);
    equal([(await promised).epoch, drawn], [0, [0]]);
  },
  "of a slider's moves only the last waits"() {
    const { loop, model, answer } = looping();
    for (const value of [1, 2, 3, 4, 5]) loop.ask({ do: "set", name: "noise", value });
    answer(0, { kind: "error", text: "" });
    equal(model.sent.map(({ value }) => value), [1, 2, 5]);
  },
  "an error is told and ends playing"() {
    const { model, loop, told, answer } = looping();
    loop.setPlaying(true);
    answer(0, { kind: "error", text: "No." });
    equal([told, model.get("playing")], [["No."], false]);
  },
  async "a problem ends playing"() {
    const { model, loop, told, answer } = looping();
    loop.setPlaying(true);
    answer(0, { problem: "It diverged." });
    equal([told, model.get("playing")], [["It diverged."], false]);
    loop.stop();
  },
  "a kernel that has gone is told of, again when something is asked of it, and not asked"() {
    const { model, loop, told, asked } = looping();
    loop.setPlaying(true);
    model.emit("comm_live_update");
    loop.ask({ do: "draw" });
    equal([told, model.get("playing"), asked().length],
      [Array(2).fill("The kernel has gone. Run the cell again."), false, 2]);
  },
  async "the times of the frames are kept, the last 300"() {
    const { loop, model, answer } = looping();
    loop.setPlaying(true);
    for (let i = 0; i < 305; i += 1) {
      answer(i);
      await frameDrawn();
    }
    equal(loop.timings.length, 300);
    equal(Object.keys(loop.timings[0]), ["compute", "transfer", "draw", "frame"]);
    equal(loop.timings[0].compute, 3);
    loop.stop();
    equal([model.listening(), model.get("playing")], [0, false]);
  },
};
