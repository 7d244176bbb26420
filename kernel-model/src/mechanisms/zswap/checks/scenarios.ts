import { scenario, type Scenario } from "../../../explore/scenario.js";
import type { Program } from "../../../machine/program.js";
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
import { faults, loadFaults, oneOffset, slotTakenOver } from "./programs-pages.js";
import {
  retiredPool,
  retiredPoolBroken,
  switchBack,
  switchUnderLimit,
  writeBackAfterSwitch,
} from "./programs-switch.js";
import { fewerLeaks, noLeak, noUndeadPool, pendingHolds } from "./properties.js";
import type { Zswap } from "../model/state.js";

export { fullStores, leaksReachable, storesAtLimit, worstLeak } from "./programs-limit.js";
export { switchUnderLimit } from "./programs-switch.js";

type Text = Omit<Scenario, "name" | "title" | "program" | "expect">;

/** A program that holds in every run: in so many schedules, with so many end states. */
const proof = (name: string, title: string, program: Program<Zswap>, schedules: number, endStates: number): Scenario =>
  scenario({ name, title, program, expect: "exhausted", schedules, endStates });

/** One that does not: its twin, or the kernel before the fix. */
const caught = (name: string, title: string, program: Program<Zswap>, text: Text): Scenario =>
  scenario({ name, title, program, expect: "violated", ...text });

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
      { what: fewerLeaks(stores).name, twinOf: `${name}-fixed`, schedules: 1 },
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
      "...but if the worker still gave one back",
      storesAtLimit(stores, "percpu-ref", [noLeak], "missing-get"),
      { what: noLeak.name, twinOf: `${name}-percpu-ref`, schedules: 1 },
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
      { what: fewerLeaks(stores).name, twinOf: `${name}-fixed`, schedules: 1 },
    ),
    proof(`${name}-fixed`, "...and not with the fix", storesInARow(stores, "fixed"), schedules, stores),
  ];
}

const limits: readonly Scenario[] = [
  ...inARow(2, 6),
  ...inARow(3, 37),
  ...limit(2),
  ...limit(3),
  ...limit(4),
  caught(
    "two-stores-put-twice",
    "A store that gives its reference back twice takes the one of being current",
    storesAtLimit(2, "fixed", [noLeak], "put-twice"),
    { what: "warning", twinOf: "two-stores-fixed", schedules: 1 },
  ),
  caught(
    "two-stores-missing-get",
    "...and so does a worker for which none was taken",
    storesAtLimit(2, "fixed", [noLeak], "missing-get"),
    { what: "warning", twinOf: "two-stores-fixed", schedules: 1 },
  ),
  proof("two-stores-reference", "While the worker is queued, the count is above base", referenceOfWorker(2), 54, 2),
  caught(
    "two-stores-reference-put-before",
    "...but not if a store gives its reference back before it queues the worker",
    referenceOfWorker(2, "put-before-queueing"),
    { what: pendingHolds.name, twinOf: "two-stores-reference", schedules: 1 },
  ),
  proof("three-stores-reference", "The same with three stores", referenceOfWorker(3), 13752, 3),
  caught("three-stores-reference-put-before", "...and its twin", referenceOfWorker(3, "put-before-queueing"), {
    what: pendingHolds.name,
    twinOf: "three-stores-reference",
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
    "A store while the worker runs queues it again, and each run gives one reference back",
    requeueWhileRunning("fixed"),
    18,
    2,
  ),
  caught("requeue-buggy", "...before the fix a run that serves two stores leaks one", requeueWhileRunning("buggy"), {
    what: noLeak.name,
    twinOf: "requeue",
    schedules: 1,
  }),
];

function whole(stores: 2 | 3, fixed: number, percpu: number): readonly Scenario[] {
  const name = `${OF[stores]}-whole-stores`;
  return [
    caught(name, `${stores} stores from the top of zswap_store(), before the fix`, fullStores(stores, "buggy"), {
      what: noLeak.name,
      twinOf: `${name}-fixed`,
      schedules: 1,
    }),
    proof(`${name}-fixed`, "...with the fix", fullStores(stores, "fixed"), fixed, stores),
    proof(`${name}-percpu-ref`, "...and since 6.9", fullStores(stores, "percpu-ref"), percpu, stores),
    caught(
      `${name}-percpu-ref-put`,
      "...but if the worker still gave a reference back",
      fullStores(stores, "percpu-ref", "missing-get"),
      { what: noLeak.name, twinOf: `${name}-percpu-ref`, schedules: 1 },
    ),
  ];
}

const switches: readonly Scenario[] = [
  proof(
    "switch",
    "Two stores at the limit while the compressor is set: the old pool goes, once",
    switchUnderLimit(2, "fixed"),
    484,
    4,
  ),
  caught("switch-buggy", "...before the fix it can stay for ever", switchUnderLimit(2, "buggy"), {
    what: noUndeadPool.name,
    twinOf: "switch",
    schedules: 1,
  }),
  proof("switch-percpu-ref", "...since 6.9 it goes", switchUnderLimit(2, "percpu-ref"), 72, 2),
  caught(
    "switch-percpu-ref-put",
    "...but if the worker gave a reference back that nobody took",
    switchUnderLimit(2, "percpu-ref", "missing-get"),
    { twinOf: "switch-percpu-ref", schedules: 1 },
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
    { what: "a store at the limit has the current pool shrunk", twinOf: "write-back-after-switch", schedules: 1 },
  ),
  proof(
    "retired-pool",
    "Two stores at the limit on a pool that was switched away, while its last entry goes",
    retiredPool(2, "fixed"),
    1028,
    10,
  ),
  caught("retired-pool-buggy", "...before the fix it can stay for ever", retiredPool(2, "buggy"), {
    what: noUndeadPool.name,
    twinOf: "retired-pool",
    schedules: 1,
  }),
  caught(
    "retired-pool-put-before",
    "...put before queueing: the worker runs in freed memory",
    retiredPoolBroken(1, "put-before-queueing"),
    { what: "use-after-free", twinOf: "retired-pool", schedules: 2 },
  ),
  caught("retired-pool-put-twice", "...put twice: the worker runs in freed memory", retiredPoolBroken(2, "put-twice"), {
    what: "use-after-free",
    twinOf: "retired-pool",
    schedules: 2,
  }),
  caught(
    "retired-pool-missing-get",
    "...without a get: the worker runs in freed memory",
    retiredPoolBroken(1, "missing-get"),
    { what: "use-after-free", twinOf: "retired-pool", schedules: 2 },
  ),
  proof(
    "switch-back",
    "A switch back to a pool whose last entry is dropped meanwhile",
    switchBack("invalidate"),
    603,
    2,
  ),
  caught(
    "switch-back-drop",
    "...but not if the switch gives back the reference that it found the pool with",
    switchBack("invalidate", "drop-found-reference"),
    { what: "warning", twinOf: "switch-back", schedules: 1 },
  ),
  proof(
    "switch-back-limit",
    "A switch back to a pool whose last entry is written back meanwhile",
    switchBack("store at the limit"),
    84,
    4,
  ),
  caught("switch-back-limit-drop", "...and its twin", switchBack("store at the limit", "drop-found-reference"), {
    what: "warning",
    twinOf: "switch-back-limit",
    schedules: 1,
  }),
];

const pages: readonly Scenario[] = [
  proof(
    "one-offset",
    "Store, load, invalidate and write-back of one page: its entries are freed once, lists agree",
    oneOffset(["store", "load", "invalidate", "write-back"]),
    5571,
    42,
  ),
  caught(
    "one-offset-no-compare",
    "...but not if write-back takes the entry for alive",
    oneOffset(["store", "load", "invalidate", "write-back"], "no-pointer-compare"),
    { what: "use-after-free", twinOf: "one-offset", schedules: 2 },
  ),
  proof("slot-taken-over", "A slot that gets another page during write-back keeps that", slotTakenOver(), 20, 3),
  caught("slot-taken-over-no-recheck", "...but not if write-back does not look again", slotTakenOver("no-recheck"), {
    what: "the slot keeps the newest page",
    twinOf: "slot-taken-over",
    schedules: 12,
  }),
  proof(
    "faults",
    "Memory runs out, the device is full, write-back fails twice: no page and no reference is lost",
    faults(),
    101,
    24,
  ),
  caught("faults-no-put", "...but a reference is if a store without room keeps it", faults("no-put-on-failure"), {
    what: noLeak.name,
    twinOf: "faults",
    schedules: 11,
  }),
  proof("load", "A fault reads its page from zswap", loadFaults(false), 1, 1),
  caught(
    "load-without-buffer",
    "...but in 6.6 stale data of the device if there is no memory for the buffer",
    loadFaults(true),
    { what: "the fault reads its page", twinOf: "load", schedules: 2 },
  ),
];

/** What zswap's paths do to each other, from the race of the source to the mistakes that would be as bad. */
export const scenarios: readonly Scenario[] = [
  ...limits,
  ...whole(2, 24, 12),
  ...whole(3, 2028, 306),
  ...switches,
  ...pages,
];
