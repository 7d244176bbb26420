import { scenario, type Scenario } from "../../explore/scenario.js";
import { doubleChecked } from "./double-checked.js";
import { dekkerBroken, dekkerProgram, petersonBroken, petersonProgram } from "./mutual-exclusion.js";
import { philosophers } from "./philosophers.js";
import { readersWriter } from "./readers-writer.js";
import { treiberStack } from "./treiber-stack.js";

/** Programs whose answers stand in textbooks: what the explorer itself is measured by. Each has its broken twin. */
export const scenarios: readonly Scenario[] = [
  scenario({ name: "peterson", title: "Peterson's lock keeps two tasks apart (1981)", program: petersonProgram, expect: "exhausted", schedules: 4, endStates: 2 }),
  scenario({ name: "peterson-turn-first", title: "...but not if it gives way before it says that it wants in", program: petersonBroken, expect: "violated", what: "no increment is lost", twinOf: "peterson", schedules: 6, endStates: 2 }),
  scenario({ name: "dekker", title: "Dekker's lock, under sequential consistency (about 1962)", program: dekkerProgram, expect: "exhausted", schedules: 11, endStates: 2 }),
  scenario({ name: "dekker-look-first", title: "...but not if it looks before it says that it wants in", program: dekkerBroken, expect: "violated", what: "no increment is lost", twinOf: "dekker", schedules: 4, endStates: 3 }),
  scenario({ name: "philosophers", title: "Three dining philosophers who take the lower fork first", program: philosophers(3, "lower first"), expect: "exhausted", schedules: 6, endStates: 1 }),
  scenario({ name: "philosophers-left-first", title: "...and who all take the left fork first", program: philosophers(3, "left first"), expect: "stuck", twinOf: "philosophers", schedules: 4, endStates: 2 }),
  scenario({ name: "treiber-counted", title: "A lock-free stack whose top pointer counts its changes", program: treiberStack(true), expect: "exhausted", schedules: 15, endStates: 8 }),
  scenario({ name: "treiber-aba", title: "...and one that takes A for A again (ABA)", program: treiberStack(false), expect: "violated", what: "each node is on the stack or with one task", twinOf: "treiber-counted", schedules: 2, endStates: 2 }),
  scenario({ name: "double-checked", title: "Double-checked locking initialises once", program: doubleChecked("twice", "data first"), expect: "exhausted", schedules: 15, endStates: 1 }),
  scenario({ name: "double-checked-once", title: "...but not if the second look is left out", program: doubleChecked("once", "data first"), expect: "violated", what: "initialised once", twinOf: "double-checked", schedules: 2, endStates: 2 }),
  scenario({ name: "double-checked-flag-first", title: "...and not if the flag goes up before the data is there", program: doubleChecked("twice", "flag first"), expect: "violated", what: "nobody sees it unfinished", twinOf: "double-checked", schedules: 2, endStates: 2 }),
  scenario({ name: "writers-first", title: "A readers-writer lock that lets a waiting writer go first", program: readersWriter("writers"), expect: "exhausted", schedules: 3384, endStates: 1 }),
  scenario({ name: "readers-first", title: "...and one under which readers that come later starve it", program: readersWriter("readers"), expect: "violated", what: "no reader overtakes a waiting writer", twinOf: "writers-first", schedules: 289, endStates: 2 }),
];
