import type { Scenario } from "../../../explore/scenario.js";
import { caught, proof } from "./expected.js";
import {
  fullStores,
  leaksReachable,
  referenceOfWorker,
  requeueWhileRunning,
  storesAtLimit,
  storesInARow,
  twoAboveBase,
  worstLeak,
} from "./programs-limit.js";
import { fewerLeaks, noLeak, pendingHolds } from "./properties.js";

const OF = ["", "", "two", "three", "four"] as const;

/**
 * Schedules of the stores at the limit, by their number: with the fix, before it, and since 6.9. They end in as many states
 * as there are stores, for the worker runs 1 to n times.
 */
const COUNTS = { 2: [12, 10, 6], 3: [338, 219, 51], 4: [18_551, 8500, 580] } as const;

function limit(stores: 2 | 3 | 4): readonly Scenario[] {
  const name = `${OF[stores]}-stores`;
  const [fixed, buggy, percpu] = COUNTS[stores];
  return [
    caught(
      name,
      `${stores} stores at the limit, one shrink worker, before the fix: the shortest way to ${stores - 1} leaked`,
      worstLeak(stores, "buggy"),
      { what: fewerLeaks(stores).name, mutantOf: `${name}-fixed`, schedules: 1 },
    ),
    proof(`${name}-leaks`, `...any number from 0 to ${stores - 1} can leak`, leaksReachable(stores), buggy, stores),
    proof(`${name}-fixed`, "...and none with commit 969d63e1af3b", storesAtLimit(stores, "fixed"), fixed, stores),
    proof(
      `${name}-percpu-ref`,
      "...nor since 6.9, where stores take none",
      storesAtLimit(stores, "percpu-ref"),
      percpu,
      stores,
    ),
    caught(
      `${name}-percpu-ref-put`,
      "...but if the worker still put one",
      storesAtLimit(stores, "percpu-ref", [noLeak], "worker-puts"),
      { what: noLeak.name, mutantOf: `${name}-percpu-ref`, schedules: 1 },
    ),
  ];
}

function inARow(stores: 2 | 3, schedules: number): readonly Scenario[] {
  const name = `${OF[stores]}-stores-in-a-row`;
  return [
    caught(
      name,
      `${stores} stores at the limit by one CPU, before the fix: the leak in two columns`,
      storesInARow(stores, "buggy"),
      { what: fewerLeaks(stores).name, mutantOf: `${name}-fixed`, schedules: 1 },
    ),
    proof(`${name}-fixed`, "...and not with the fix", storesInARow(stores, "fixed"), schedules, stores),
  ];
}

const bare: readonly Scenario[] = [
  ...inARow(2, 6),
  ...inARow(3, 37),
  ...limit(2),
  ...limit(3),
  ...limit(4),
  caught(
    "two-stores-put-twice",
    "A store that puts its reference twice takes the one of being current",
    storesAtLimit(2, "fixed", [noLeak], "put-twice"),
    { what: "warning", mutantOf: "two-stores-fixed", schedules: 1 },
  ),
  caught(
    "two-stores-missing-get",
    "...and so does a worker for which none was taken",
    storesAtLimit(2, "fixed", [noLeak], "missing-get"),
    { what: "warning", mutantOf: "two-stores-fixed", schedules: 1 },
  ),
  proof("two-stores-reference", "While the worker is queued, the count is above base", referenceOfWorker(2), 54, 2),
  caught(
    "two-stores-reference-put-before",
    "...but not if a store puts its reference before it queues the worker",
    referenceOfWorker(2, "put-before-queueing"),
    { what: pendingHolds.name, mutantOf: "two-stores-reference", schedules: 1 },
  ),
  proof("three-stores-reference", "The same with three stores", referenceOfWorker(3), 13752, 3),
  caught("three-stores-reference-put-before", "...and its mutant", referenceOfWorker(3, "put-before-queueing"), {
    what: pendingHolds.name,
    mutantOf: "three-stores-reference",
    schedules: 1,
  }),
  proof(
    "two-above-base",
    "With the fix the count can still be two above base: a worker queued while it runs",
    twoAboveBase(),
    54,
    2,
  ),
  proof(
    "requeue",
    "A store while the worker runs queues it again, and each run puts one reference",
    requeueWhileRunning("fixed"),
    18,
    2,
  ),
  caught("requeue-buggy", "...before the fix a run that serves two stores leaks one", requeueWhileRunning("buggy"), {
    what: noLeak.name,
    mutantOf: "requeue",
    schedules: 1,
  }),
];

function whole(stores: 2 | 3, fixed: number, percpu: number): readonly Scenario[] {
  const name = `${OF[stores]}-whole-stores`;
  return [
    caught(name, `${stores} stores from the top of zswap_store(), before the fix`, fullStores(stores, "buggy"), {
      what: noLeak.name,
      mutantOf: `${name}-fixed`,
      schedules: 1,
    }),
    proof(`${name}-fixed`, "...with the fix", fullStores(stores, "fixed"), fixed, stores),
    proof(`${name}-percpu-ref`, "...and since 6.9", fullStores(stores, "percpu-ref"), percpu, stores),
    caught(
      `${name}-percpu-ref-put`,
      "...but if the worker still put a reference",
      fullStores(stores, "percpu-ref", "worker-puts"),
      { what: noLeak.name, mutantOf: `${name}-percpu-ref`, schedules: 1 },
    ),
  ];
}

/** Stores that reach the limit at once, alone and from the top of zswap_store(). */
export const limits: readonly Scenario[] = [...bare, ...whole(2, 24, 12), ...whole(3, 2028, 306)];
