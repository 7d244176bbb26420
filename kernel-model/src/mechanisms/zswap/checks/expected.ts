import { scenario, type Scenario } from "../../../explore/scenario.js";
import type { Program } from "../../../machine/program.js";
import type { Zswap } from "../model/state.js";

type Text = Omit<Scenario, "name" | "title" | "program" | "expect">;

/** A program that holds in every run: in so many schedules, with so many end states. */
export const proof = (
  name: string,
  title: string,
  program: Program<Zswap>,
  schedules: number,
  endStates: number,
): Scenario => scenario({ name, title, program, expect: "exhausted", schedules, endStates });

/** One that does not: its mutant, or the kernel before the fix. */
export const caught = (name: string, title: string, program: Program<Zswap>, text: Text): Scenario =>
  scenario({ name, title, program, expect: "violated", ...text });
