import type { LineState } from "../hardware/line.js";
import type { LockStats } from "./lock-stats.js";

/** A place in the queue of an object. `R` is who waits, of which the queue knows nothing. */
export class WaitNode<R> {
  previous: WaitNode<R> | null = null;
  next: WaitNode<R> | null = null;
  state: ObjectState<R> | null = null;

  constructor(readonly runner: R) {}
}

/** The simulator's side of a shared object: its cache line, and who waits for a guard on it, first come first. */
export class ObjectState<R> {
  head: WaitNode<R> | null = null;
  tail: WaitNode<R> | null = null;
  /** Waiters that do something else than take an exclusive lock. */
  various = 0;
  /** In the list of objects whose waiters are to be looked at. */
  dirty = false;

  constructor(
    readonly line: LineState,
    readonly stats: LockStats,
  ) {}

  append(node: WaitNode<R>): void {
    node.state = this;
    node.previous = this.tail;
    node.next = null;
    if (this.tail === null) this.head = node;
    else this.tail.next = node;
    this.tail = node;
  }

  remove(node: WaitNode<R>): void {
    if (node.previous === null) this.head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.tail = node.previous;
    else node.next.previous = node.previous;
    node.previous = node.next = null;
    node.state = null;
  }
}
