import { setImmediate as nextTurn } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { PartExplorer } from "./part-explorer.js";
import type { FromThread, ToThread } from "./protocol.js";

/** Who explores the parts that it is given, one at a time, and tells what comes of them. */
export interface Hand {
  give(task: ToThread): void;
}

/** A thread, once it has the program. */
export class ThreadHand implements Hand {
  constructor(private readonly thread: Worker) {}

  give(task: ToThread): void {
    this.thread.postMessage(task);
  }
}

/** Time between looks at what has come in meanwhile. */
const SLICE_MS = 10;

/** This thread, which has the program already: it begins while the others still load theirs. */
export class OwnHand implements Hand {
  constructor(
    private readonly explorer: PartExplorer,
    private readonly heard: (hand: Hand, message: FromThread) => void,
  ) {}

  give({ index, part }: ToThread): void {
    void this.#explore(this.explorer.exploring(index, part));
  }

  async #explore(search: Generator<FromThread, FromThread>): Promise<void> {
    for (;;) {
      const sliceEnd = performance.now() + SLICE_MS;
      let step = search.next();
      while (step.done !== true && performance.now() < sliceEnd) step = search.next();
      await nextTurn();
      this.heard(this, step.value);
      if (step.done === true) return;
    }
  }
}
