import type { Scenario } from "../../../explore/scenario.js";
import { caught, proof } from "./expected.js";
import { faults, loadFaults, oneOffset, slotTakenOver } from "./programs-pages.js";
import { noLeak } from "./properties.js";

/** What paths do to one page, and what failures do to it. */
export const pages: readonly Scenario[] = [
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
    { what: "use-after-free", mutantOf: "one-offset", schedules: 2 },
  ),
  proof("slot-taken-over", "A slot that gets another page during write-back keeps that", slotTakenOver(), 20, 3),
  caught("slot-taken-over-no-recheck", "...but not if write-back does not look again", slotTakenOver("no-recheck"), {
    what: "the slot keeps the newest page",
    mutantOf: "slot-taken-over",
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
    mutantOf: "faults",
    schedules: 11,
  }),
  proof("load", "A fault reads its page from zswap", loadFaults(false), 1, 1),
  caught(
    "load-without-buffer",
    "...but in 6.6 stale data of the device if there is no memory for the buffer",
    loadFaults(true),
    { what: "the fault reads its page", mutantOf: "load", schedules: 2 },
  ),
];
