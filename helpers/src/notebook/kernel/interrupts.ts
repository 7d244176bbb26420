import { Interrupted } from "../interrupted.js";
import { SHARED } from "./channel.js";

/** Work that stops by itself when asked gets so long to do it. */
const GRACE_MS = 5_000;

/**
 * Interrupts of the running cell. Work that can stop by itself registers a listener (`experiment` does); a cell without
 * such work is given up at once, as its code cannot be reached while it waits.
 */
export class KernelInterrupts {
  readonly #listeners = new Set<() => void>();
  #giveUp: ((reason: Interrupted) => void) | undefined;
  #cell = { givenUp: false };
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly shared: Int32Array) {}

  /** A cell begins (to be compiled); the promise rejects with {@link Interrupted} when it has to be given up. */
  begin(): Promise<never> {
    const cell = { givenUp: false };
    this.#cell = cell;
    const promise = new Promise<never>((_resolve, reject) => {
      this.#giveUp = (reason) => {
        cell.givenUp = true;
        reject(reason);
      };
    });
    promise.catch(() => undefined);
    return promise;
  }

  /** Its code is about to run; false if it was interrupted before. From here on it may be ended by force. */
  mayRun(): boolean {
    if (this.#cell.givenUp) return false;
    Atomics.store(this.shared, SHARED.running, 1);
    return true;
  }

  /** Called by the code of cells before each `await`: the cell that runs. */
  readonly beforeAwait = (): { readonly givenUp: boolean } => this.#cell;

  /** Called by the code of cells with the value of each `await`. */
  readonly afterAwait = <T>(cell: { readonly givenUp: boolean }, value: T): T => {
    if (cell.givenUp) throw new Interrupted();
    return value;
  };

  end(): void {
    Atomics.store(this.shared, SHARED.running, 0);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#giveUp = undefined;
  }

  onInterrupt(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An interrupt has reached the cells' thread. */
  noticed(): void {
    Atomics.add(this.shared, SHARED.interruptsSeen, 1);
  }

  fire(): void {
    this.noticed();
    const giveUp = this.#giveUp;
    if (giveUp === undefined) return;
    const again = this.#timer !== undefined;
    if (again || this.#listeners.size === 0) {
      giveUp(new Interrupted());
      return;
    }
    for (const listener of [...this.#listeners]) listener();
    this.#timer = setTimeout(() => giveUp(new Interrupted()), GRACE_MS);
  }
}
