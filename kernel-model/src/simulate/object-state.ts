import type { LineState } from "../hardware/line.js";
import type { LockStats } from "./lock-stats.js";
import type { WaitNode } from "./runner.js";

/** The simulator's side of a shared object: its cache line, and who waits for a guard on it, first come first. */
export class ObjectState {
  head: WaitNode | null = null;
  tail: WaitNode | null = null;
  /** Waiters that do something else than take an exclusive lock. */
  various = 0;
  /** In the list of objects whose waiters are to be looked at. */
  dirty = false;

  constructor(
    readonly line: LineState,
    readonly stats: LockStats,
  ) {}

  append(node: WaitNode): void {
    node.state = this;
    node.previous = this.tail;
    node.next = null;
    if (this.tail === null) this.head = node;
    else this.tail.next = node;
    this.tail = node;
  }

  remove(node: WaitNode): void {
    if (node.previous === null) this.head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.tail = node.previous;
    else node.next.previous = node.previous;
    node.previous = node.next = null;
    node.state = null;
  }
}
