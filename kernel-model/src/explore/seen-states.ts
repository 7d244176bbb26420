import type { Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { valueName } from "../machine/value-name.js";
import { SharedObject } from "../machine/object.js";
import type { Execution } from "./execution.js";
import type { Seen } from "./seen.js";

/**
 * Which states a search has been in. What a path does next follows from what its steps have returned so far, so a state
 * is: for each task its results, and the state of each shared object (`fingerprint`). Kept as text and compared in
 * full: nothing is left to a hash, so a search that covers all states is a proof.
 *
 * Where a result or an object does not say all of its state, states cannot be told apart: then nothing is taken for
 * seen that was not, and the search says so in its bound.
 *
 * O(tasks + objects) a state, in time and memory.
 */
export class SeenStates<S> implements Seen<S> {
  bound: string | null = null;
  count = 0;
  readonly #states = new Set<string>();
  /** Numbers of histories: what a task's steps have returned, as a path through a tree. */
  readonly #histories = new Map<string, number>();
  /** By task key: its history. By step: whose it was, and the history before. */
  readonly #now: number[] = [];
  readonly #whose: number[] = [];
  readonly #before: number[] = [];

  constructor(
    /** Bits of the properties that must hold at some point of each run: whether they have is part of a state. */
    readonly eventually: number,
  ) {}

  get isOver(): boolean {
    return this.bound !== null;
  }

  begin(steps: number): void {
    while (this.count > steps) {
      this.count--;
      this.#now[this.#whose[this.count]!] = this.#before[this.count]!;
    }
  }

  add(_execution: Execution<S>, task: Task, step: Step): void {
    const before = this.#now[task.key] ?? 0;
    const result = valueName(step.result);
    if (result === null) this.#cannotTell(`what ${step.operation.name}(${step.object?.name ?? ""}) returns`);
    const name = `${before} ${result ?? ""}`;
    let history = this.#histories.get(name);
    if (history === undefined) this.#histories.set(name, (history = this.#histories.size + 1));
    this.#whose[this.count] = task.key;
    this.#before[this.count] = before;
    this.count++;
    this.#now[task.key] = history;
  }

  isNew(execution: Execution<S>): boolean {
    const { world, state, held } = execution;
    const parts = [
      `${held & this.eventually}`,
      world.lockOrder?.describe() ?? "",
      world.warnings.map(({ text, task }) => `${task} ${text}`).join(),
    ];
    for (const { key } of world.tasks) parts.push(`${key}:${this.#now[key] ?? 0}`);
    for (const object of world.objects) parts.push(this.#stateOf(object));
    const rest = this.#plain(state);
    if (this.bound !== null) return true;
    // Tasks and objects are numbered in the order of their first use, which differs between runs.
    const name = `${parts.sort().join("\n")}\n${rest}`;
    if (this.#states.has(name)) return false;
    this.#states.add(name);
    return true;
  }

  #stateOf(object: SharedObject): string {
    const state = object.fingerprint();
    if (state === null) this.#cannotTell(`the state of ${object.name}`);
    return `#${object.serial}=${state ?? ""}`;
  }

  /** What the program's state holds beside shared objects: plain values, which steps may change. */
  #plain(value: unknown, depth = 0): string {
    if (value instanceof SharedObject) return this.#stateOf(value);
    const plainObject =
      typeof value === "object" &&
      value !== null &&
      (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
    if (plainObject && depth < 6)
      return `{${Object.entries(value)
        .map(([key, part]) => `${key}:${this.#plain(part, depth + 1)}`)
        .join()}}`;
    const name = typeof value === "function" ? "" : valueName(value);
    if (name === null) this.#cannotTell("a part of the program's state that is of a class of its own");
    return name ?? "";
  }

  #cannotTell(what: string): void {
    this.bound ??= `states cannot be told apart, since ${what} does not say all there is to it: explore with reduction instead`;
  }
}
