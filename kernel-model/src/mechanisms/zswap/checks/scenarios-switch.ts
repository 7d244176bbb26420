import type { Scenario } from "../../../explore/scenario.js";
import { caught, proof } from "./expected.js";
import {
  retiredPool,
  retiredPoolBroken,
  storeDuringSwitch,
  switchBack,
  switchUnderLimit,
  writeBackAfterSwitch,
} from "./programs-switch.js";
import { entriesInOrder, noUndeadPool } from "./properties.js";

function storing(variant: "fixed" | "percpu-ref", schedules: number, endStates: number): readonly Scenario[] {
  const name = variant === "fixed" ? "store-during-switch" : "store-during-switch-percpu-ref";
  const since = variant === "fixed" ? "" : ", since 6.9";
  return [
    proof(
      name,
      `A page stored while the compressor is set: its pool lives as long as its entry${since}`,
      storeDuringSwitch(variant),
      schedules,
      endStates,
    ),
    caught(
      `${name}-no-get`,
      "...but not if the store takes no reference on the pool",
      storeDuringSwitch(variant, "get-takes-nothing"),
      variant === "fixed"
        ? { what: entriesInOrder.name, mutantOf: name, schedules: 1 }
        : { what: "use-after-free", mutantOf: name, schedules: 10 },
    ),
  ];
}

/** Another compressor is set meanwhile. */
export const switches: readonly Scenario[] = [
  ...storing("fixed", 12, 3),
  ...storing("percpu-ref", 32, 2),
  proof(
    "switch",
    "Two stores at the limit while the compressor is set: the old pool goes, once",
    switchUnderLimit(2, "fixed"),
    420,
    4,
  ),
  caught("switch-buggy", "...before the fix it can stay for ever", switchUnderLimit(2, "buggy"), {
    what: noUndeadPool.name,
    mutantOf: "switch",
    schedules: 1,
  }),
  proof("switch-percpu-ref", "...since 6.9 it goes", switchUnderLimit(2, "percpu-ref"), 30, 2),
  caught(
    "switch-percpu-ref-put",
    "...but if the worker put a reference that nobody took",
    switchUnderLimit(2, "percpu-ref", "worker-puts"),
    { what: "warning", mutantOf: "switch-percpu-ref", schedules: 1 },
  ),
  proof(
    "write-back-after-switch",
    "After a switch, a store at the limit has the new pool shrunk",
    writeBackAfterSwitch("fixed"),
    594,
    2,
  ),
  caught(
    "write-back-after-switch-buggy",
    "...before the fix a leak can stop write-back: the undead pool stays the oldest",
    writeBackAfterSwitch("buggy"),
    { what: "a store at the limit has the current pool shrunk", mutantOf: "write-back-after-switch", schedules: 1 },
  ),
  proof(
    "retired-pool",
    "Two stores at the limit on a pool that was switched away, while its last entry goes",
    retiredPool(2, "fixed"),
    493,
    10,
  ),
  caught("retired-pool-buggy", "...before the fix it can stay for ever", retiredPool(2, "buggy"), {
    what: noUndeadPool.name,
    mutantOf: "retired-pool",
    schedules: 1,
  }),
  caught(
    "retired-pool-put-before",
    "...put before queueing: the worker runs in freed memory",
    retiredPoolBroken(1, "put-before-queueing"),
    { what: "use-after-free", mutantOf: "retired-pool", schedules: 2 },
  ),
  caught("retired-pool-put-twice", "...put twice: the worker runs in freed memory", retiredPoolBroken(2, "put-twice"), {
    what: "use-after-free",
    mutantOf: "retired-pool",
    schedules: 2,
  }),
  caught(
    "retired-pool-missing-get",
    "...without a get: the worker runs in freed memory",
    retiredPoolBroken(1, "missing-get"),
    { what: "use-after-free", mutantOf: "retired-pool", schedules: 2 },
  ),
  proof(
    "switch-back",
    "A switch back to a pool whose last entry is dropped meanwhile",
    switchBack("invalidate"),
    198,
    2,
  ),
  caught(
    "switch-back-drop",
    "...but not if the switch finds the pool without taking a reference",
    switchBack("invalidate", "find-without-get"),
    { what: "warning", mutantOf: "switch-back", schedules: 1 },
  ),
  proof(
    "switch-back-limit",
    "A switch back to a pool whose last entry is written back meanwhile",
    switchBack("store at the limit"),
    116,
    4,
  ),
  caught("switch-back-limit-drop", "...and its mutant", switchBack("store at the limit", "find-without-get"), {
    what: "warning",
    mutantOf: "switch-back-limit",
    schedules: 1,
  }),
];
