import { SharedObject } from "./object.js";
import type { Task } from "./task.js";
import type { World } from "./world.js";

/**
 * What an RCU grace period has to wait for is a stretch in which a task is in rcu_read_lock(), or has preemption, softirqs
 * or interrupts off, or is an interrupt handler: since Linux 4.20 all flavours of RCU are one (kernel/rcu/tree.c), and
 * such stretches that overlap are one section. Which task is in one, each task knows ({@link Task.reads}).
 *
 * Who touches what: the set of the sections that have begun, which beginning one changes by an `add`, and which the start of
 * a grace period reads; it then waits for the last section of each task, over or not. And each section, which its end
 * writes and that wait reads. So the end of a section and the start of a grace period commute: in either order the grace
 * period cannot be over before.
 */
class ReadSide extends SharedObject {
  constructor() {
    super("rcu readers");
  }

  describe(): string {
    return "";
  }

  /** It follows from the states of the tasks. */
  override fingerprint(): string {
    return "";
  }
}

/** A read section of a task. */
export class ReadSection extends SharedObject {
  /** For guards and effects of steps. */
  over = false;
  /** Whether a grace period waits for it. */
  awaited = false;

  describe(): string {
    return "";
  }

  /** Whether it is over follows from the state of its task; which grace periods wait for it, from nothing else. */
  override fingerprint(): string | null {
    return this.awaited ? null : "";
  }
}

const readSide = (world: World): SharedObject => world.singleton(ReadSide, () => new ReadSide());

/**
 * For the effect of a step that starts a grace period: the read sections that it has to wait for, those that are over
 * included where that makes a difference to what commutes. The step reads the set of them. O(tasks).
 */
export function readSectionsNow(world: World): readonly ReadSection[] {
  if (world.host.keyOf === undefined) return world.tasks.filter(({ reads }) => reads).map(sectionOf);
  world.touch(readSide(world), "read");
  return world.tasks
    .filter(({ section }) => section !== null)
    .sort((a, b) => a.key - b.key)
    .map(sectionOf);
}

function sectionOf(task: Task): ReadSection {
  const section = (task.section ??= new ReadSection("rcu"));
  section.awaited = true;
  return section;
}

/** The step that takes effect has brought the task into a read section, or out of it. */
export function crossed(task: Task, world: World): void {
  // Only the explorer's host asks what commutes. Where nobody does, a section is made for who waits for it.
  const asked = world.host.keyOf !== undefined;
  if (task.reads) {
    task.section = asked ? new ReadSection("rcu") : null;
    if (asked) world.touch(readSide(world), "add");
    world.services.rcu?.entered?.(task, world);
    return;
  }
  const { section } = task;
  if (section !== null) {
    section.over = true;
    world.touch(section, "write");
  }
  world.services.rcu?.left?.(task, world);
}
