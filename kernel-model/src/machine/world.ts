import { hashText } from "../base/hash.js";
import { madeBy, serialOfSingleton, type Maker } from "./identity.js";
import { LockOrder } from "./rules.js";
import { Processor, type SharedObject } from "./object.js";
import type { Path } from "./path.js";
import type { Services } from "./services.js";
import type { Access } from "./step.js";
import { Task, type TaskOptions } from "./task.js";
import type { TraceEntry } from "./trace.js";
import type { Rule } from "./violation.js";

/** What a host adds to the world it runs. */
export interface Host {
  /** A path started another task (a kworker, an interrupt handler). */
  spawned(task: Task): void;
  /** A key for a task that `parent` starts as its `nth`; the explorer's are the same across runs. Default: its number. */
  keyOf?(parent: Task, nth: number): number;
  /** Whether what it says of one schedule is to hold for others: then a path may read shared state by steps only. */
  readonly allSchedules?: boolean;
  /** Virtual time in ns; 0 in the explorer, where any time may pass between two steps. */
  now(): number;
}

/** A WARN of the kernel, e.g. of refcount_t: recorded, and by default a violation in the explorer. */
export interface Warning {
  readonly text: string;
  readonly task: string;
}

const NOTHING: ReadonlySet<never> = new Set();
/** Of all worlds: read right behind the step. */
const TOUCHED: SharedObject[] = [];
const TOUCHED_AS: Access[] = [];
const NO_SERVICES: Services = {};
const NOBODY: Maker = { firstSerial: 0, made: 0 };

let going: World | null = null;

/** A path of this run now goes on to its next step. */
export function goOn(world: World): void {
  going = world;
}

/** The run whose path now goes on: for primitives that consist of paths, between their steps. */
export function worldNow(): World {
  return going!;
}

/** One run: its tasks, what they share, and what has been seen. Made afresh for every run. */
export class World {
  readonly tasks: Task[] = [];
  /** Objects by number; empty where {@link keepsObjects} is false. */
  readonly objects: SharedObject[] = [];
  /** Objects numbered so far. */
  objectCount = 0;
  /** Simulator: false in long runs without a trace, so that what a path makes can be forgotten after it. */
  keepsObjects = true;
  readonly warnings: Warning[] = [];
  readonly lockOrder: LockOrder | null;
  /** Whether the program's own tasks are all there; later ones are numbered in the order in which they happen to start. */
  loaded = false;
  /** The outcome that the host picked for the step that now takes effect, if it has `choices`. */
  choice = 0;
  /** The task whose step now takes effect. */
  acting: Task | null = null;
  /** How the step that took effect last touched its object: as its operation says, unless the effect said otherwise. */
  access: Access = "none";
  /** Further objects that it touched, and how; the first {@link touchedCount} are of that step. */
  readonly touched = TOUCHED;
  readonly touchedAs = TOUCHED_AS;
  touchedCount = 0;
  /** What the program brings along. */
  services: Services = NO_SERVICES;
  /** Entries so far, where a trace is recorded. */
  trace: TraceEntry[] | null = null;
  /** Number of the entry whose effect threw; null if none did. */
  thrownAt: number | null = null;
  /** Singletons of the run by key: the RCU state, the interrupt state of a CPU. */
  #singletons: Map<unknown, SharedObject> | null = null;
  /** Numbers of tasks that were retired. */
  #free: number[] | null = null;

  constructor(
    readonly host: Host,
    /** Rules that are not checked in this run. */
    readonly ignored: ReadonlySet<Rule> = NOTHING,
    /** Names of objects that properties read. */
    readonly observedNames: ReadonlySet<string> = NOTHING,
  ) {
    this.lockOrder = ignored.has("lock-order-inversion") ? null : new LockOrder();
  }

  /** Adds a task; the host starts it. */
  spawn(name: string, path: Path<unknown>, options: TaskOptions = {}): Task {
    const id = this.#free?.pop() ?? this.tasks.length;
    const parent = this.acting;
    const key = parent !== null && this.host.keyOf !== undefined ? this.host.keyOf(parent, parent.started++) : id;
    const task = new Task(id, name, path, options, key);
    this.tasks[task.id] = task;
    if (this.loaded) task.home = hashText(name);
    if (task.cpu >= 0) {
      // From its first step on: a handler that is raised later may come between any two steps of the tasks of its CPU.
      const cpu = this.singleton(`cpu ${task.cpu}`, () => this.number(new Processor(`cpu ${task.cpu}`)));
      cpu.add(task);
      task.cpuObject = cpu;
    }
    this.host.spawned(task);
    return task;
  }

  /** For the effect of an operation that `varies`: it touched its object only so. */
  as(access: Access): void {
    this.access = access;
  }

  /** For the effect of an operation that `varies`: it touched this object too. */
  touch(object: SharedObject, access: Access): void {
    if (object.world !== this) this.number(object);
    this.touched[this.touchedCount] = object;
    this.touchedAs[this.touchedCount++] = access;
  }

  /** Simulator: forgets a finished task; the next one that is spawned gets its number. */
  retire(task: Task): void {
    (this.#free ??= []).push(task.id);
  }

  /**
   * Explorer: lets go of what the run made, which is over. V8 keeps the hidden class of each generator function that
   * `tasks` has made until the next full collection, with the function and all that it captures: through `object.world`
   * that would be the whole run.
   */
  end(): void {
    for (const object of this.objects) object.world = OVER;
  }

  /** Numbers an object that this run now uses. */
  number<T extends SharedObject>(object: T): T {
    object.world = this;
    object.id = this.objectCount++;
    object.observed = this.observedNames.size > 0 && this.observedNames.has(object.name);
    if (this.keepsObjects) this.objects.push(object);
    return object;
  }

  /** The one object of this run under a key, made on first use. */
  singleton<T extends SharedObject>(key: unknown, make: () => T): T {
    const singletons = (this.#singletons ??= new Map<unknown, SharedObject>());
    let object = singletons.get(key);
    if (object === undefined) {
      // Whoever happens to be the first to use it is not its maker.
      const outer = madeBy(NOBODY);
      singletons.set(key, (object = make()));
      madeBy(outer);
      object.serial = serialOfSingleton(key);
    }
    return object as T;
  }

  /**
   * Whether nothing else on the task's CPU keeps it from running: a handler that has begun, or, before a handler of its
   * own begins, interrupts or softirqs being off; for a thread, another one that runs with preemption off.
   */
  mayRun(task: Task): boolean {
    if (task.cpuObject === null) return true;
    const rank = RANK[task.context];
    for (const other of task.cpuObject.tasks) {
      if (other === task || other.finished) continue;
      const otherRank = RANK[other.context];
      if (otherRank > rank) {
        if (other.steps > 0) return false;
      } else if (rank === RANK.task) {
        if (other.atomic) return false;
      } else if (task.steps === 0) {
        if (
          otherRank === rank ? other.steps > 0 : other.irqsOff > 0 || (rank === RANK.softirq && other.softirqsOff > 0)
        )
          return false;
      }
    }
    return true;
  }
}

/** Stands for every run that is over, so that an object of one is still refused in another. */
const OVER = new World({ spawned: () => undefined, now: () => 0 });

const RANK = { task: 0, softirq: 1, hardirq: 2 } as const;
