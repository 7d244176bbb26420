import {
  Bits,
  setBit,
  complete,
  completeAll,
  Completion,
  completionDone,
  finishWait,
  prepareToWait,
  prepareToWaitExclusive,
  READ_ONCE,
  reinitCompletion,
  schedule,
  tryWaitForCompletion,
  waitEvent,
  waitForCompletion,
  WaitQueue,
  wakeUp,
  wakeUpAll,
  WRITE_ONCE,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

export const completions = kit(
  "completions",
  () => ({ done: [new Completion("done"), new Completion("done 2")] as const }),
  {
    *complete({ done }, { on }) {
      yield* complete(done[on]);
    },
    *completeAll({ done }, { on }) {
      yield* completeAll(done[on]);
    },
    *wait({ done }, { on }) {
      yield* waitForCompletion(done[on]);
    },
    *tryWait({ done }, { on }) {
      return yield* tryWaitForCompletion(done[on]);
    },
    *isDone({ done }, { on }) {
      return yield* completionDone(done[on]);
    },
    *again({ done }, { on }) {
      yield* reinitCompletion(done[on]);
    },
  },
  { wait: { sleeps: true } },
  { "it is done": ({ done }) => done[0].done, "both are done": ({ done }) => done[0].done && done[1].done },
);

export const queues = kit(
  "queues",
  () => ({ queue: new WaitQueue("queue"), other: new WaitQueue("queue 2"), stop: new Bits("stop") }),
  {
    *event({ queue }, { cells, on }) {
      yield* waitEvent(queue, [cells[on]], (v) => v > 0);
    },
    *eventOfTwo({ queue }, { cells, value }) {
      yield* waitEvent(queue, [cells[0], cells[1]], (v, w) => (value < 2 ? v + w > 1 : v > 0 || w > 0));
    },
    *eventOrDone({ queue, stop }, { cells: [x] }) {
      yield* waitEvent(queue, [x, stop], (v, stopped) => v > 1 || stopped.includes(0));
    },
    *stop({ queue, stop }) {
      yield* setBit(0, stop);
      yield* wakeUpAll(queue);
    },
    *raw({ queue }, { cells, on, value }) {
      yield* value < 2 ? prepareToWait(queue) : prepareToWaitExclusive(queue);
      const seen = yield* READ_ONCE(cells[on]);
      if (seen === 0) yield* schedule(queue);
      yield* finishWait(queue);
      return seen;
    },
    /** On two queues at once. */
    *both({ queue, other }, { cells, on, value }) {
      yield* value % 2 === 0 ? prepareToWait(queue) : prepareToWaitExclusive(queue);
      yield* value < 2 ? prepareToWait(other) : prepareToWaitExclusive(other);
      const seen = yield* READ_ONCE(cells[on]);
      if (seen === 0) yield* schedule(other);
      yield* finishWait(queue);
      yield* finishWait(other);
      return seen;
    },
    *wakeOther({ other }, { value }) {
      yield* value < 2 ? wakeUp(other) : wakeUpAll(other);
    },
    *sleepOnOther({ other }, { on }) {
      yield* on === 0 ? prepareToWait(other) : prepareToWaitExclusive(other);
      yield* schedule(other);
      yield* finishWait(other);
    },
    *sleepOnly({ queue }, { on }) {
      yield* on === 0 ? prepareToWait(queue) : prepareToWaitExclusive(queue);
      yield* schedule(queue);
    },
    *setAndWake({ queue }, { cells, on, value }) {
      yield* WRITE_ONCE(cells[on], 1);
      yield* value < 2 ? wakeUp(queue) : wakeUpAll(queue);
    },
    *wake({ queue }, { value }) {
      yield* value < 2 ? wakeUp(queue) : wakeUpAll(queue);
    },
  },
  {
    event: { sleeps: true },
    eventOfTwo: { sleeps: true },
    eventOrDone: { sleeps: true },
    raw: { sleeps: true },
    both: { sleeps: true },
    sleepOnOther: { sleeps: true },
    sleepOnly: { sleeps: true },
  },
  { "someone waits": ({ queue }) => queue.waiting > 0, "two wait": ({ queue }) => queue.waiting > 1 },
);
