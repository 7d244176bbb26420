import { expect, test } from "vitest";
import { compare } from "./compare.js";
import { programOf, type Op, type PropertyText, type TaskText } from "./programs.js";

/*
 * Programs on which the explorer and the brute force have differed, as `npm run bench oracle` printed them: each with
 * what was wrong.
 */
const op = (kind: string, on: 0 | 1 = 0, value = 0, ...body: readonly Op[]): Op =>
  body.length > 0 ? { kind, on, value, body } : { kind, on, value };
const free = (...ops: readonly Op[]): TaskText => ({ cpu: -1, ops });
const onCpu = (...ops: readonly Op[]): TaskText => ({ cpu: 0, ops });

interface Found {
  readonly tasks: readonly TaskText[];
  readonly properties?: readonly PropertyText[];
}

const FOUND: Readonly<Record<string, Found>> = {
  "a redundant run: the other outcome was tried where a reader slept": {
    tasks: [free(op("cells.read")), free(op("choices.writeOrRead"))],
  },
  "missing end states when an outcome was passed over because of a sleeper": {
    tasks: [free(op("choices.three")), free(op("cells.xchg", 0, 1)), free(op("choices.waitOrNot"))],
  },
  "a class lost in parts: a property showed only while cutting what it looks at": {
    tasks: [free(op("cells.pulse")), free(op("cells.xchg", 1, 1))],
    properties: [{ kind: "sometimes", atEnd: false, facts: ["cells.y is 1", "cells.x is 1"] }],
  },
  "a redundant run: a step that waits, and would only read, was sent before another reader": {
    tasks: [
      free(op("timers.shutdown", 1), op("timers.remove", 1)),
      onCpu(op("timers.shutdown", 1)),
      onCpu(op("cpus.spinIrq", 0, 0, op("guards.looking"))),
    ],
  },
  "a class lost: an exclusive waiter that a wake-up had taken off the queue left without a trace": {
    tasks: [free(op("queues.raw", 0, 2)), free(op("cells.increment"), op("queues.stop"))],
  },
  "the same, said to be independent of the wake-up before it": {
    tasks: [free(op("queues.setAndWake", 1), op("queues.wake")), free(op("queues.raw", 1, 2))],
  },
  "a class lost: whether write_lock() takes the lock or waits for it, its CPU can tell": {
    tasks: [
      free({ ...op("shared.readLockBh"), body: [op("cells.copy")] }),
      onCpu(op("cells.xchg")),
      onCpu({ ...op("shared.writeLock"), body: [] }),
    ],
  },
  "the same with spin_trylock()": {
    tasks: [
      onCpu({ ...op("locks.spinTry"), body: [] }, { ...op("cpus.preemptOff"), body: [] }),
      free({ ...op("locks.spin"), body: [] }),
      onCpu(op("cells.increment")),
    ],
  },
  "the same with a reader that a grace period waits for": {
    tasks: [
      free({ ...op("locks.spinTry"), body: [] }),
      free({ ...op("locks.spin"), body: [] }),
      free(op("rcu.call", 0, 2)),
    ],
  },
  "a redundant run for the same reason": {
    tasks: [
      onCpu({ ...op("shared.writeLock"), body: [] }),
      free({ ...op("shared.readLock"), body: [] }),
      onCpu(op("cells.increment")),
    ],
  },
  "the same, with softirqs off and a timer to be deleted": {
    tasks: [
      free(op("timers.removeSync"), op("timers.mod")),
      onCpu({ ...op("cpus.bhOff"), body: [] }),
      onCpu(op("timers.remove")),
    ],
  },
};

test.each(Object.entries(FOUND))("%s", (_name, { tasks, properties }) => {
  const flags = { stuckIsAnEnd: true, warningsAreViolations: false, lockOrder: false };
  const compared = compare(programOf({ tasks, properties: properties ?? [], ...flags }), 10_000, true);
  expect(compared?.differences).toEqual([]);
});
