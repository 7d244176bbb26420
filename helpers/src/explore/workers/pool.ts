import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { ExploreOptions, PartResult, Program, SavedSearch } from "@mm-lab/kernel-model";
import { OwnHand, ThreadHand, type Hand } from "./hand.js";
import { PartExplorer } from "./part-explorer.js";
import { fromPlain } from "./plain-error.js";
import {
  COUNTS,
  FIRST_HIT,
  FLAGS,
  SCHEDULES,
  STOP,
  type Fingerprint,
  type FromThread,
  type ProgramSource,
  type ThreadData,
} from "./protocol.js";

/** What has come of a part so far. */
export type PartState =
  | { readonly kind: "waiting" }
  | { readonly kind: "running"; readonly runs: number; readonly estimated: number }
  | { readonly kind: "done"; readonly result: PartResult }
  | { readonly kind: "failed"; readonly error: Error };

export interface PoolOptions {
  /** Threads in all. */
  readonly workers: number;
  /** The program, where this thread is one of them; null where it only waits. */
  readonly own: Program | null;
  readonly source: ProgramSource;
  readonly fingerprint: Fingerprint;
  readonly options: ExploreOptions;
  readonly maxSchedules: number;
  readonly maxTotalSteps: number;
  /** Called when anything was heard of a part. */
  readonly onProgress: () => void;
}

/** No part has said anything yet. */
const NONE = 0x7fffffff;

/** The compiled entry of a worker, also where this file itself runs from its source (tests). */
const ENTRY = pathToFileURL(
  join(dirname(createRequire(import.meta.url).resolve("@mm-lab/helpers")), "explore", "workers", "thread.js"),
);

/**
 * Threads that explore parts of one search, this one among them, each part given to whoever is free. To be closed
 * whatever happens.
 */
export class WorkerPool {
  readonly #threads: Worker[] = [];
  readonly #free: Hand[] = [];
  readonly #flags = new Int32Array(new SharedArrayBuffer(FLAGS * Int32Array.BYTES_PER_ELEMENT));
  readonly #counts = new BigInt64Array(new SharedArrayBuffer(COUNTS * BigInt64Array.BYTES_PER_ELEMENT));
  readonly #at = new Map<Hand, number>();
  #parts: readonly SavedSearch[] = [];
  #states: PartState[] = [];
  #next = 0;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;
  #closed = false;

  constructor(private readonly options: PoolOptions) {
    const { source, fingerprint, maxSchedules, maxTotalSteps } = options;
    const workerData: ThreadData = {
      source,
      fingerprint,
      maxSchedules,
      maxTotalSteps,
      options: options.options,
      flags: this.#flags.buffer,
      counts: this.#counts.buffer,
    };
    const { own, workers } = options;
    if (own !== null)
      this.#free.push(new OwnHand(new PartExplorer(own, workerData), (hand, message) => this.#heard(hand, message)));
    while (this.#threads.length < workers - (own === null ? 0 : 1)) this.#start(workerData);
  }

  /** Of each part, in order. */
  get states(): readonly PartState[] {
    return this.#states;
  }

  get isStopped(): boolean {
    return Atomics.load(this.#flags, STOP) !== 0;
  }

  /** All workers end the parts that they explore, at their next run; no other part is begun. */
  stop(): void {
    Atomics.store(this.#flags, STOP, 1);
    this.#next = this.#parts.length;
  }

  /**
   * Explores parts: resolves when all are done, or all before the first that found something. Rejects where a worker died
   * or has no program.
   */
  explore(parts: readonly SavedSearch[]): Promise<void> {
    this.#parts = parts;
    this.#states = parts.map(() => ({ kind: "waiting" }));
    this.#next = 0;
    Atomics.store(this.#flags, STOP, 0);
    Atomics.store(this.#flags, FIRST_HIT, NONE);
    Atomics.store(this.#counts, SCHEDULES, 0n);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#failure !== undefined) reject(this.#failure);
      for (const hand of this.#free.splice(0)) this.#give(hand);
    });
  }

  /** Ends all threads. What is being explored rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.stop();
    this.#settle?.reject(new Error("the workers were ended"));
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #start(workerData: ThreadData): void {
    // Of how this process was started only what the script was given is for them: a module may choose its program by that.
    // The options of Node would be the loader of a test runner or of ts-node.
    const thread = new Worker(ENTRY, {
      workerData,
      argv: process.argv.slice(2),
      execArgv: [],
      stdout: true,
      stderr: true,
      stdin: false,
    });
    thread.stdout.resume();
    thread.stderr.resume();
    this.#threads.push(thread);
    const hand = new ThreadHand(thread);
    thread.on("message", (message: FromThread) => this.#heard(hand, message));
    thread.on("error", (error) => this.#died(thread, error.message));
    thread.on("exit", (status) => this.#died(thread, `it ended with status ${status}`));
  }

  #heard(hand: Hand, message: FromThread): void {
    if (this.#closed) return;
    switch (message.kind) {
      case "ready":
        this.#give(hand);
        return;
      case "not ready":
        this.#fail(fromPlain(message.error));
        return;
      case "progress":
        this.#states[message.index] = { kind: "running", runs: message.runs, estimated: message.estimated };
        this.options.onProgress();
        return;
      case "result":
        this.#states[message.index] = { kind: "done", result: message.result };
        if (message.result.kind === "found" || message.result.kind === "grew") this.#hit(message.index);
        break;
      case "error":
        this.#states[message.index] = { kind: "failed", error: fromPlain(message.error) };
        this.#hit(message.index);
    }
    this.options.onProgress();
    this.#give(hand);
  }

  /** A part has something to say: those behind it do not matter any more. */
  #hit(index: number): void {
    if (index < Atomics.load(this.#flags, FIRST_HIT)) Atomics.store(this.#flags, FIRST_HIT, index);
  }

  #give(hand: Hand): void {
    const last = Math.min(this.#parts.length - 1, Atomics.load(this.#flags, FIRST_HIT));
    this.#at.delete(hand);
    if (this.#next <= last && !this.isStopped) {
      const index = this.#next++;
      this.#at.set(hand, index);
      this.#states[index] = { kind: "running", runs: 0, estimated: 0 };
      hand.give({ index, part: this.#parts[index]! });
      return;
    }
    this.#free.push(hand);
    if (this.#at.size === 0) this.#settle?.resolve();
  }

  #died(thread: Worker, how: string): void {
    if (this.#closed) return;
    const number = this.#threads.indexOf(thread) + 1 + (this.options.own === null ? 0 : 1);
    const { program } = this.options.fingerprint;
    this.#fail(
      new Error(
        `worker ${number} of ${this.options.workers} died while it explored ${JSON.stringify(program)}: ${how}. Next: explore without \`workers\` to see whether the program ends the process; where memory ran out, use fewer workers.`,
      ),
    );
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#failure ??= error;
    this.stop();
    this.#settle?.reject(this.#failure);
  }
}
