import { kindsOf, kitNames } from "./programs.js";

/** What the random programs of one profile are made of. */
export interface Profile {
  /** Weight by kit, shared by its kinds; or by a single kind, which then has it instead of its share. */
  readonly weights: Readonly<Record<string, number>>;
  /** How many tasks, and how many actions each at most. */
  readonly tasks: readonly number[];
  readonly ops: number;
  /** How likely each task is bound to a CPU, and to which. */
  readonly bound: number;
  readonly cpus: readonly number[];
  /** How likely a property is asked at every step, and at the end. */
  readonly always: number;
  readonly atEnd: number;
  /** How likely waiting for ever is an end, warnings are violations, and locks must nest. */
  readonly stuckIsAnEnd: number;
  readonly warnings: number;
  readonly lockOrder: number;
}

const usual: Omit<Profile, "weights"> = {
  tasks: [2, 2, 3],
  ops: 3,
  bound: 0.1,
  cpus: [0, 1],
  always: 0.12,
  atEnd: 0.1,
  stuckIsAnEnd: 0.9,
  warnings: 0.1,
  lockOrder: 0.1,
};
/** More tasks. */
const three = { tasks: [3, 3, 4], ops: 3 } as const;
/** Most of the tasks on one CPU. */
const onOneCpu = { bound: 0.8, cpus: [0, 0, 0, 1] } as const;
const everything = { ...Object.fromEntries(kitNames.map((name) => [name, 1])), "locks.unlockOnly": 0.02 };

export const PROFILES = {
  cells: { ...usual, ...three, weights: { cells: 6, choices: 1, guards: 1 } },
  guards: { ...usual, ...three, weights: { guards: 5, mixedGuards: 2, cells: 6, "cells.pulse": 1, choices: 0.5 } },
  counts: { ...usual, ...three, weights: { atomics: 5, refs: 5, cells: 2 } },
  flags: {
    ...usual,
    ...three,
    weights: { "atomics.bit": 4, "atomics.testBit": 3, "atomics.bitLock": 1, "mixedGuards.flag": 1, mixedGuards: 1 },
  },
  references: {
    ...usual,
    ...three,
    weights: { refs: 7, "refs.put": 3, "refs.get": 3, "memory.use": 1, "memory.put": 1 },
  },
  locks: {
    ...usual,
    weights: { locks: 5, "locks.unlockOnly": 0.05, "locks.region": 0.2, cells: 5, guards: 1 },
    lockOrder: 0.2,
  },
  shared: { ...usual, weights: { shared: 5, cells: 5, guards: 2 } },
  rwlocks: {
    ...usual,
    ...three,
    bound: 0.4,
    weights: {
      "shared.readLock": 4,
      "shared.writeLock": 4,
      "shared.readLockBh": 2,
      "shared.readInIrq": 1,
      cells: 20,
    },
  },
  rwsems: {
    ...usual,
    ...three,
    weights: {
      "shared.downRead": 5,
      "shared.downWrite": 4,
      "shared.tryRead": 1,
      "shared.tryWrite": 1,
      "shared.contended": 1,
      cells: 16,
    },
  },
  waiting: { ...usual, ...three, weights: { completions: 4, queues: 4, cells: 3 } },
  twoQueues: {
    ...usual,
    ...three,
    weights: {
      "queues.both": 4,
      "queues.wake": 3,
      "queues.wakeOther": 3,
      "queues.sleepOnOther": 2,
      "queues.sleepOnly": 1,
      "queues.raw": 1,
      "queues.setAndWake": 1,
      cells: 1,
    },
  },
  work: { ...usual, weights: { work: 7, cells: 2, guards: 0.5, completions: 0.5 } },
  delayed: { ...usual, weights: { delayed: 7, cells: 2, guards: 0.5 } },
  timers: { ...usual, bound: 0.3, weights: { timers: 7, cells: 3, guards: 0.5 } },
  timersOnCpu: { ...usual, ...onOneCpu, weights: { timers: 7, cells: 3, cpus: 2, guards: 1 } },
  cpus: { ...usual, ...onOneCpu, weights: { cpus: 6, cells: 4, guards: 3, "cpus.preemptOff": 2 } },
  interrupts: {
    ...usual,
    ...onOneCpu,
    weights: { cpus: 3, "cpus.irq": 3, "cpus.ipi": 3, cells: 4, locks: 1, "locks.unlockOnly": 0, guards: 1 },
  },
  rcu: { ...usual, weights: { rcu: 7, cells: 3, guards: 0.5 } },
  implicitReaders: {
    ...usual,
    bound: 0.4,
    cpus: [0, 0, 1],
    weights: {
      rcu: 4,
      "rcu.synchronize": 3,
      "memory.touchWhileOff": 3,
      "memory.freeLater": 1,
      "memory.freeAfterAll": 2,
      cpus: 3,
      "cpus.irq": 1,
      "timers.mod": 1,
      "locks.spin": 1,
      "locks.spinTry": 1,
      "shared.writeLock": 0.5,
      "shared.readLock": 0.5,
      cells: 2,
    },
  },
  percpu: { ...usual, bound: 0.5, weights: { percpu: 7, percpuRefs: 2, cells: 2 } },
  percpuRefs: { ...usual, tasks: [2], ops: 2, bound: 0.4, weights: { percpuRefs: 7, cells: 1, rcu: 1 } },
  memory: { ...usual, weights: { memory: 6, rcu: 2, cells: 2 } },
  owned: { ...usual, weights: { owned: 8, cells: 1, memory: 1 } },
  choices: { ...usual, weights: { choices: 5, cells: 4, guards: 2, locks: 2, "locks.unlockOnly": 0 } },
  properties: { ...usual, ...three, always: 1, weights: { cells: 5, locks: 2, "locks.unlockOnly": 0, atomics: 2 } },
  propertiesOfAll: { ...usual, always: 1, weights: { ...everything, cells: 8 } },
  warnings: {
    ...usual,
    warnings: 0.6,
    weights: { refs: 4, "cells.warn": 3, percpuRefs: 1, work: 1, rcu: 1, cells: 2 },
  },
  stuck: {
    ...usual,
    stuckIsAnEnd: 0,
    weights: {
      guards: 2,
      locks: 3,
      "locks.unlockOnly": 0.02,
      "locks.region": 0.1,
      completions: 3,
      queues: 3,
      cells: 5,
      shared: 2,
    },
  },
  mixed: { ...usual, bound: 0.3, weights: { ...everything, cells: 4, guards: 3 } },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
export const profileNames = Object.keys(PROFILES) as ProfileName[];

/** Kinds with the weight of each. */
export function kindsFor({ weights }: Profile): readonly (readonly [kind: string, weight: number])[] {
  return Object.entries(weights).flatMap(([name, weight]) => {
    if (name.includes(".")) return [[name, weight] as const];
    const kinds = kindsOf(name);
    return kinds.filter((kind) => weights[kind] === undefined).map((kind) => [kind, weight / kinds.length] as const);
  });
}
