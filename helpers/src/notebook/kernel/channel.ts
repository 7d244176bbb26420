import { groupDigits } from "@mm-lab/kernel-model";
import type { Worker } from "node:worker_threads";

/**
 * Between the thread that runs cells and the thread that talks to Jupyter.
 *
 * The talking has a thread of its own so that output appears, heartbeats are answered, and interrupt and shutdown
 * arrive while a cell computes without a pause.
 */

/** From the cells' thread to the talking thread, in order. */
export type ToIo =
  | { readonly kind: "stream"; readonly name: StreamName; readonly text: string }
  /** Sent to every front end, as belonging to the cell that was begun last. `content` is JSON text. */
  | { readonly kind: "publish"; readonly type: string; readonly content: string }
  /** A queued cell begins: it is busy now, and what is published from here on belongs to it. */
  | { readonly kind: "begin"; readonly id: number }
  /** Answers the request and ends its busy state. `content` is JSON text. */
  | { readonly kind: "reply"; readonly id: number; readonly content: string }
  /** Answers a queued cell that will not run, because one before it failed. */
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "exiting" };

/** From the talking thread to the cells' thread. */
export type ToCells =
  | {
      readonly kind: "request";
      readonly id: number;
      readonly type: string;
      readonly content: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "exit" };

export type StreamName = "stdout" | "stderr";

/** Indices into the memory that both threads share. */
export const SHARED = {
  /** Characters handed to the talking thread so far (wraps around). */
  posted: 0,
  /** Characters it has passed on to ZeroMQ so far (wraps around). */
  sent: 1,
  /** How many interrupts the cells' thread has noticed. */
  interruptsSeen: 2,
  /** 1 while a cell runs. */
  running: 3,
  /** 1 when nothing waits to be sent. */
  drained: 4,
} as const;

export const SHARED_SLOTS = Object.keys(SHARED).length;

/** Output of one call beyond this many characters is cut: front ends cannot show it, and Jupyter would drop it whole. */
export const LONGEST_OUTPUT = 1_000_000;

export interface ChannelLimits {
  /** So many characters may wait to be sent; then the cell waits, as a program waits that writes to a full pipe. */
  readonly mostWaiting: number;
  /** After so long without anybody reading, output is dropped (and counted) instead of waited for. */
  readonly patienceMs: number;
}

const LIMITS: ChannelLimits = { mostWaiting: 64 * 1024 * 1024, patienceMs: 10_000 };

export class IoChannel {
  #dropped = 0;

  constructor(
    private readonly worker: Worker,
    private readonly shared: Int32Array,
    private readonly limits = LIMITS,
  ) {}

  stream(name: StreamName, text: string): void {
    const cut = cutOutput(text);
    if (cut === "") return;
    this.#postOutput({ kind: "stream", name, text: cut }, cut.length);
  }

  /** @param content must be JSON-serialisable; throws TypeError where it is not (a BigInt, a cycle) */
  publish(type: string, content: Readonly<Record<string, unknown>>): void {
    const json = JSON.stringify(content);
    this.#postOutput({ kind: "publish", type, content: json }, json.length);
  }

  begin(id: number): void {
    this.#post({ kind: "begin", id }, 0);
  }

  reply(id: number, content: Readonly<Record<string, unknown>>): void {
    this.#post({ kind: "reply", id, content: JSON.stringify(content) }, 0);
  }

  abort(id: number): void {
    this.#post({ kind: "abort", id }, 0);
  }

  /** Tells the talking thread that the process ends and waits (at most `ms`) until all output has gone out. */
  drain(ms: number): void {
    Atomics.store(this.shared, SHARED.drained, 0);
    this.#post({ kind: "exiting" }, 0);
    Atomics.wait(this.shared, SHARED.drained, 0, ms);
  }

  #postOutput(message: ToIo, size: number): void {
    if (!this.#roomFor(size)) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      const note = `[mm-lab] ${this.#dropped} outputs were dropped here: nobody had read the earlier ones for ${this.limits.patienceMs / 1000} s.\n`;
      this.#dropped = 0;
      this.#post({ kind: "stream", name: "stderr", text: note }, note.length);
    }
    this.#post(message, size);
  }

  #roomFor(size: number): boolean {
    const { mostWaiting, patienceMs } = this.limits;
    // Once output is being dropped, the queue must empty well before new output is taken.
    const limit = this.#dropped > 0 ? mostWaiting / 2 : mostWaiting;
    for (;;) {
      const sent = Atomics.load(this.shared, SHARED.sent);
      const waiting = (Atomics.load(this.shared, SHARED.posted) - sent) | 0;
      if (waiting === 0 || waiting + size <= limit) return true;
      if (this.#dropped > 0) return false;
      if (Atomics.wait(this.shared, SHARED.sent, sent, patienceMs) === "timed-out") return false;
    }
  }

  #post(message: ToIo, size: number): void {
    Atomics.add(this.shared, SHARED.posted, size);
    this.worker.postMessage(message);
  }
}

function cutOutput(text: string): string {
  if (text.length <= LONGEST_OUTPUT) return text;
  const end = text.endsWith("\n") ? "\n" : "";
  const total = groupDigits(text.length);
  const shown = groupDigits(LONGEST_OUTPUT);
  return `${text.slice(0, LONGEST_OUTPUT)}\n[mm-lab] output truncated: ${total} characters were written at once, the first ${shown} are shown.${end}`;
}
