import { setTimeout as sleep } from "node:timers/promises";
import type { StreamName } from "./channel.js";
import { encode, type Header } from "./wire.js";
import type { Publisher } from "./zeromq.js";

/** Text of one stream goes out in messages of at most about this many characters. */
const LARGEST_STREAM = 256 * 1024;

/** Text waits so long for more of its kind, so that a loop of prints is one output and not thousands. */
const GATHER_MS = 25;

/**
 * Jupyter's server silently drops what exceeds 1,000 messages or 1 MB of text a second over 3 s (its defaults), so the kernel
 * stays just below. The server starts counting anew whenever a cell becomes idle.
 */
const WINDOW_MS = 3_100;
const WINDOW_MESSAGES = 2_800;
const WINDOW_BYTES = 2_700_000;

interface Entry {
  readonly parent: Partial<Header>;
  readonly type: string;
  readonly since: number;
  /** Content as JSON text, or the pieces of stream text still being gathered. */
  readonly content: string | undefined;
  readonly stream: StreamName | undefined;
  readonly texts: string[];
  /** Run in its turn instead of a message sent. */
  readonly task?: () => void;
  size: number;
}

/**
 * The way out to the front ends: nothing is lost, nothing overtakes.
 *
 * zeromq.js rejects sends beyond 512 in one turn of the event loop, and a ZeroMQ publisher drops what a subscriber has
 * no room for; so messages wait here until each send has been taken.
 */
export class Outbox {
  #queue: Entry[] = [];
  #head = 0;
  #pumping: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #closed = false;
  #recent: { readonly at: number; readonly bytes: number }[] = [];
  #recentBytes = 0;

  constructor(
    private readonly publisher: Publisher,
    private readonly key: string,
    private readonly options: { readonly paced: boolean; readonly onSent: (size: number) => void },
  ) {
    publisher.noDrop = true;
  }

  stream(parent: Partial<Header>, name: StreamName, text: string): void {
    const last = this.#queue.at(-1);
    if (
      last !== undefined &&
      this.#head < this.#queue.length &&
      last.stream === name &&
      last.parent === parent &&
      last.size < LARGEST_STREAM
    ) {
      last.texts.push(text);
      last.size += text.length;
    } else {
      this.#add({
        parent,
        type: "stream",
        since: performance.now(),
        content: undefined,
        stream: name,
        texts: [text],
        size: text.length,
      });
    }
  }

  /** @param size how much of the sender's budget the message took */
  publish(parent: Partial<Header>, type: string, content: string, size: number): void {
    this.#add({ parent, type, since: 0, content, stream: undefined, texts: [], size });
  }

  /** Runs `task` when everything handed in so far has been sent. */
  after(task: () => void): void {
    this.#add({ parent: {}, type: "", since: 0, content: "", stream: undefined, texts: [], size: 0, task });
  }

  /** Resolves when everything handed in so far has been sent, or after `ms`. */
  async drained(ms: number): Promise<void> {
    await Promise.race([this.#pumping ?? Promise.resolve(), sleep(ms)]);
  }

  close(): void {
    this.#closed = true;
    this.publisher.linger = 200;
    this.publisher.close();
  }

  #add(entry: Entry): void {
    this.#queue.push(entry);
    this.#wake?.();
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    await Promise.resolve(); // so that #pumping is set first
    for (let entry = this.#queue[this.#head]; entry !== undefined && !this.#closed; entry = this.#queue[this.#head]) {
      if (entry.stream !== undefined) await this.#gather(entry);
      this.#head++;
      if (this.#head > 1_000 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      if (entry.task !== undefined) {
        entry.task();
        continue;
      }
      const content = entry.content ?? JSON.stringify({ name: entry.stream, text: entry.texts.join("") });
      const frames = encode(this.key, {
        identities: [Buffer.from(entry.type)],
        parent: entry.parent,
        type: entry.type,
        content,
      });
      await this.#pace(entry, frames);
      await this.#send(frames);
      this.options.onSent(entry.size);
    }
    // In one go with the look at the empty queue: what is added after this starts a new pump.
    this.#queue = [];
    this.#head = 0;
    this.#pumping = undefined;
  }

  /** Waits for more text of the same stream, unless something else is waiting behind it. */
  async #gather(entry: Entry): Promise<void> {
    while (this.#queue.at(-1) === entry && entry.size < LARGEST_STREAM) {
      const left = entry.since + GATHER_MS - performance.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
  }

  async #pace(entry: Entry, frames: readonly Buffer[]): Promise<void> {
    if (!this.options.paced) return;
    if (entry.type === "status") {
      if (entry.content?.includes("idle") === true) {
        this.#recent = [];
        this.#recentBytes = 0;
      }
      return;
    }
    const bytes = entry.stream === undefined ? 0 : frames.reduce((sum, frame) => sum + frame.length, 0);
    for (;;) {
      const now = performance.now();
      let expired = 0;
      for (const one of this.#recent) {
        if (now - one.at < WINDOW_MS) break;
        this.#recentBytes -= one.bytes;
        expired++;
      }
      if (expired > 0) this.#recent.splice(0, expired);
      const oldest = this.#recent[0];
      if (oldest === undefined || (this.#recent.length < WINDOW_MESSAGES && this.#recentBytes + bytes <= WINDOW_BYTES))
        break;
      await sleep(Math.max(1, oldest.at + WINDOW_MS - now));
    }
    this.#recent.push({ at: performance.now(), bytes });
    this.#recentBytes += bytes;
  }

  async #send(frames: readonly Buffer[]): Promise<void> {
    for (let wait = 1; !this.#closed; wait = Math.min(20, wait * 2)) {
      try {
        await this.publisher.send(frames);
        return;
      } catch {
        await sleep(wait); // EAGAIN: a subscriber has no room yet
      }
    }
  }
}
