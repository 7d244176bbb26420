import {
  cancelDelayedWork,
  cancelDelayedWorkSync,
  cancelWork,
  cancelWorkSync,
  DelayedWork,
  drainWorkqueue,
  flushDelayedWork,
  flushWork,
  flushWorkqueue,
  modDelayedWork,
  queueDelayedWork,
  queueWork,
  WorkItem,
  Workqueue,
} from "../../../src/primitives/index.js";
import { effect, kit } from "./kit.js";

/** Items 0 and 1 in an ordered queue, 2 and 3 in one that runs two at a time. Item 3 queues item 2. */
export const work = kit(
  "work",
  (cells) => {
    const queues = [new Workqueue("wq"), new Workqueue("wq 2", 2)] as const;
    const item = (i: number): WorkItem => new WorkItem(`work ${i}`, queues[i >> 1]!, () => effect(cells, i));
    const third = item(2);
    const last = new WorkItem("work 3", queues[1], function* () {
      yield* queueWork(queues[1], third);
    });
    return { queues, items: [item(0), item(1), third, last] as const };
  },
  {
    *queue({ queues, items }, { value }) {
      return yield* queueWork(queues[value >> 1]!, items[value]!);
    },
    *flush({ items }, { value }) {
      return yield* flushWork(items[value]!);
    },
    *queueAndFlush({ queues, items }, { value }) {
      yield* queueWork(queues[value >> 1]!, items[value]!);
      yield* flushWork(items[value]!);
    },
    *cancel({ items }, { value }) {
      return yield* cancelWork(items[value]!);
    },
    *cancelSync({ items }, { value }) {
      return yield* cancelWorkSync(items[value]!);
    },
    *flushAll({ queues }, { on }) {
      yield* flushWorkqueue(queues[on]);
    },
    *drain({ queues }, { on }) {
      yield* drainWorkqueue(queues[on]);
    },
  },
  {
    flush: { sleeps: true },
    queueAndFlush: { sleeps: true },
    cancelSync: { sleeps: true },
    flushAll: { sleeps: true },
    drain: { sleeps: true },
  },
  {
    "an item is pending": ({ items }) => items[0].pending || items[2].pending,
    "an item runs": ({ items }) => items[0].running,
    "two items run": ({ items }) => items[2].running && items[3].running,
    "something is queued": ({ queues }) => queues[0].queued.length > 0,
  },
);

/** Item 1 queues item 0. */
export const delayed = kit(
  "delayed",
  (cells) => {
    const queue = new Workqueue("events");
    const first = new DelayedWork("delayed 0", queue, () => effect(cells, 0));
    const second = new DelayedWork("delayed 1", queue, function* () {
      yield* effect(cells, 1);
      yield* queueDelayedWork(queue, first, 5);
    });
    return { queue, items: [first, second] as const };
  },
  {
    *queue({ queue, items }, { on, value }) {
      return yield* queueDelayedWork(queue, items[on], value < 3 ? 5 : 0);
    },
    *mod({ queue, items }, { on, value }) {
      return yield* modDelayedWork(queue, items[on], value < 3 ? 5 : 0);
    },
    *cancel({ items }, { on }) {
      return yield* cancelDelayedWork(items[on]);
    },
    *cancelSync({ items }, { on }) {
      return yield* cancelDelayedWorkSync(items[on]);
    },
    *flush({ items }, { on }) {
      return yield* flushDelayedWork(items[on]);
    },
    *drain({ queue }) {
      yield* drainWorkqueue(queue);
    },
  },
  { cancelSync: { sleeps: true }, flush: { sleeps: true }, drain: { sleeps: true } },
  {
    "the delayed item is pending": ({ items }) => items[0].pending,
    "the delayed item runs": ({ items }) => items[0].running,
  },
);
