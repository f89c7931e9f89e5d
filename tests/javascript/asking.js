import { startLoop } from "/mlpkit/widgets/playground/loop.js";
import { equal, fakeModel, frameDrawn, header } from "./checking.js";

function looping() {
  const model = fakeModel();
  const [drawn, told, said] = [[], [], []];
  const loop = startLoop(model, { draw: ({ epoch }) => drawn.push(epoch),
    tell: (text) => text && told.push(text), say: (text) => said.push(text) });
  const answer = (i, extra = {}) => model.answer({ ...header, id: model.sent[i].id, epoch: i, ...extra });
  return { model, loop, drawn, told, said, answer, asked: () => model.sent.map(({ do: what }) => what) };
}

export const tests = {
  async "playing asks for one frame at a time, and for the next while that is drawn"() {
    const { loop, asked, answer, drawn } = looping();
    loop.setPlaying(true);
    equal(asked().length, 1);
    answer(0);
    equal([asked().length, drawn.length], [2, 0], "before it is drawn");
    answer(1);
    equal(asked().length, 2, "while two wait to be drawn");
    await frameDrawn();
    equal([asked().length, drawn], [3, [0]]);
    loop.stop();
  },
  async "after a pause what arrives is drawn, and nothing is asked"() {
    const { loop, asked, answer, drawn } = looping();
    loop.setPlaying(true);
    loop.setPlaying(false);
    answer(0);
    await frameDrawn();
    await frameDrawn();
    equal([asked().length, drawn], [1, [0]]);
  },
  async "a kernel that does not answer within a second is busy"() {
    const { loop, said, answer } = looping();
    loop.ask({ do: "picture" });
    await new Promise((done) => { setTimeout(done, 900); });
    equal(said, []);
    await new Promise((done) => { setTimeout(done, 200); });
    equal(said, ["The kernel is busy with another cell."]);
    answer(0, { kind: "picture" });
    equal(said.at(-1), "");
  },
  async "a pause from elsewhere stops this view too"() {
    const { model, loop, asked, answer } = looping();
    loop.setPlaying(true);
    model.set("playing", false);
    answer(0);
    await frameDrawn();
    equal(asked().length, 1);
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
  async "an answer is promised to whoever asked"() {
    const { loop, answer } = looping();
    const promised = loop.ask({ do: "picture" });
    answer(0, { kind: "picture", svg: "<svg/>" });
    equal((await promised).svg, "<svg/>");
  },
  "of a slider's moves only the last waits"() {
    const { loop, model, answer } = looping();
    for (const value of [1, 2, 3, 4, 5]) loop.ask({ do: "set", name: "noise", value });
    answer(0, { kind: "error", text: "" });
    equal(model.sent.map(({ value }) => value), [1, 5]);
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
      [Array(2).fill("The kernel has gone. Run the cell again."), false, 1]);
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
