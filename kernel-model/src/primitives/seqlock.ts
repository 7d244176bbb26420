import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import { SpinLock, spinLock, spinUnlock } from "./spinlock.js";

/**
 * seqcount_t (include/linux/seqlock.h): odd while a writer is at work, so that readers notice that they saw half of an
 * update. Keeps no writers from each other.
 */
export class SeqCount extends SharedObject {
  /** For the effects of steps only; outside of them read {@link value}. */
  sequence = 0;

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
  }

  get value(): number {
    this.seen();
    return this.sequence;
  }

  override state(): unknown {
    return this.sequence;
  }

  override fingerprint(): string {
    return String(this.sequence);
  }

  describe(): string {
    return String(this.sequence);
  }
}

/** seqlock_t: a SeqCount with the spinlock that its writers take. */
export class SeqLock {
  readonly seqcount: SeqCount;
  readonly lock: SpinLock;

  constructor(
    readonly name: string,
    memory: Memory | null = null,
  ) {
    this.seqcount = new SeqCount(`${name}.seqcount`, memory);
    this.lock = new SpinLock(`${name}.lock`, memory);
  }
}

const begin = operation("read_seqbegin", "read", { order: "acquire" });
const rawRead = operation("raw_read_seqcount", "read", { order: "acquire" });
const retry = operation("read_seqretry", "read", { order: "acquire" });
const writeBegin = operation("raw_write_seqcount_begin", "write", { order: "release", cost: "store" });
const writeEnd = operation("raw_write_seqcount_end", "write", { order: "release", cost: "store" });

const countOf = (s: SeqCount | SeqLock): SeqCount => (s instanceof SeqLock ? s.seqcount : s);

/** Waits, spinning, until no writer is at work; returns what to give to readSeqretry. read_seqcount_begin() too. */
export function readSeqbegin(s: SeqCount | SeqLock): Step<number> {
  const count = countOf(s);
  const step = new Step(
    begin,
    count,
    () => count.sequence,
    () => count.sequence % 2 === 0,
  );
  step.opens = isEven;
  return step;
}

const isEven = (sequence: unknown): boolean => (sequence as number) % 2 === 0;

/** As {@link readSeqbegin}, but does not wait: an odd value says that a writer is at work. */
export function rawReadSeqcount(s: SeqCount | SeqLock): Step<number> {
  const count = countOf(s);
  return new Step(rawRead, count, () => count.sequence);
}

/** Whether a writer has been at work since `start`: what was read must be read again. read_seqcount_retry() too. */
export function readSeqretry(s: SeqCount | SeqLock, start: number): Step<boolean> {
  const count = countOf(s);
  if (typeof start !== "number")
    throw new InputError(
      `the start for readSeqretry(${s.name})`,
      start,
      "what readSeqbegin returned",
      "write `const start = yield* readSeqbegin(s)`",
    );
  return new Step(retry, count, () => count.sequence !== start);
}

/** Tells readers that an update begins. What keeps other writers away is the caller's. */
export function rawWriteSeqcountBegin(count: SeqCount): Step<void> {
  return new Step<void>(writeBegin, count, () => {
    count.sequence++;
  });
}

/** Tells readers that the update is over. */
export function rawWriteSeqcountEnd(count: SeqCount): Step<void> {
  return new Step<void>(writeEnd, count, () => {
    count.sequence++;
  });
}

/** Takes the lock, then begins an update: two steps. */
export function* writeSeqlock(s: SeqLock): Path {
  yield* spinLock(s.lock);
  yield* rawWriteSeqcountBegin(s.seqcount);
}

/** Ends the update, then gives the lock back: two steps. */
export function* writeSequnlock(s: SeqLock): Path {
  yield* rawWriteSeqcountEnd(s.seqcount);
  yield* spinUnlock(s.lock);
}
