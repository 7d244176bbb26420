import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { Fifo, Part } from "./part.js";

/** What an item knows of its workqueue. */
export interface ItemQueue extends SharedObject {
  readonly list: Fifo<WorkItem>;
  /** Puts the item, whose PENDING bit is the caller's, behind the others. */
  append(item: WorkItem, task: Task, world: World): void;
}

/**
 * struct work_struct: what to run, and whether it is queued. Of one workqueue for life.
 *
 * Each queueing has a number. What steps touch of an item are two parts, which do not go with its memory, since the
 * handler may free that: `data`, whether the item is PENDING and may be queued; and `progress`, which numbers are queued
 * or run. That a worker takes it, changes the former only: its number is not over before, and not after.
 */
export class WorkItem extends SharedObject {
  // For the effects of steps only. Numbers start at 1; 0 stands for none.
  /** The one under way: WORK_STRUCT_PENDING, from queueing (or arming its timer) until just before the handler runs. */
  claimed = 0;
  /** Whether that one is in the list. */
  listed = false;
  /** The one that runs. */
  run = 0;
  /** Depth of cancellations under way: meanwhile it cannot be queued. */
  disabled = 0;
  readonly data: Part;
  readonly progress: Part;
  #last = 0;

  constructor(
    name: string,
    readonly queue: ItemQueue,
    /** Runs in a kworker, where it may sleep. It may queue the item again, or free it. */
    readonly handler: (work: WorkItem) => Path<unknown>,
    memory: Memory | null = null,
  ) {
    super(name, memory);
    if (!((queue as Partial<ItemQueue> | undefined)?.list instanceof Fifo))
      throw new InputError(
        `the workqueue of ${name}`,
        queue,
        "a Workqueue",
        "write `new WorkItem(name, workqueue, () => handler(s))`",
      );
    if (typeof handler !== "function")
      throw new InputError(
        `the handler of ${name}`,
        handler,
        "a function that gives a path",
        "write `() => handler(s)`",
      );
    this.data = new Part(name);
    this.progress = new Part(name);
  }

  /** work_pending(). */
  get pending(): boolean {
    this.data.look();
    return this.claimed > 0;
  }

  /** Whether its handler is running. */
  get running(): boolean {
    this.progress.look();
    return this.run > 0;
  }

  describe(): string {
    return `${this.run > 0 ? "running" : "idle"}${this.claimed > 0 ? ", pending" : ""}`;
  }

  /** test_and_set_bit(PENDING) on its way into the queue; false if it was set, or the item is being cancelled. */
  claim(world: World): boolean {
    const free = this.claimed === 0 && this.disabled === 0;
    world.touch(this.data, free ? "write" : "read");
    if (free) this.claimed = ++this.#last;
    return free;
  }

  /** Into the list. */
  enter(world: World): void {
    world.touch(this.progress, "write");
    this.listed = true;
  }

  begin(world: World): void {
    world.touch(this.data, "write");
    this.run = this.claimed;
    this.claimed = 0;
    this.listed = false;
  }

  end(world: World): void {
    world.touch(this.progress, "write");
    this.run = 0;
  }

  /** Takes the item out of the queue; false if it was not pending. */
  grab(world: World): boolean {
    world.touch(this.data, this.claimed === 0 ? "read" : "write");
    if (this.claimed === 0) return false;
    this.claimed = 0;
    if (this.listed) {
      world.touch(this.progress, "write");
      world.touch(this.queue, "write");
      this.listed = false;
      this.queue.list.remove(this);
    }
    return true;
  }

  /** What is queued and running of it now, for {@link isOver}. A delayed item whose timer runs is not queued. */
  get underWay(): readonly number[] {
    const queued = this.listed ? [this.claimed] : [];
    return this.run > 0 ? [...queued, this.run] : queued;
  }

  /** Whether these have run or were cancelled. */
  isOver(numbers: readonly number[]): boolean {
    return !numbers.includes(this.claimed) && !numbers.includes(this.run);
  }
}
