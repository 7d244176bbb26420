import { expect, test, vi } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { PROGRAMS } from "../../bench/programs.js";
import { profileNames } from "../oracle/profiles.js";
import { programOf } from "../oracle/programs.js";
import { randomText } from "../oracle/random-text.js";

vi.mock("@mm-lab/kernel-model", () => import("../../src/index.js"));

const SEEDS = Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 20);

test("a limit on preemptions with reduction: the same verdict and end states as without, in fewer runs", () => {
  const runs = { all: 0, few: 0, compared: 0 };
  for (const profile of profileNames) {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const program = programOf(randomText(profile, seed));
      const preemptions = seed % 3;
      const all = explore(program, { preemptions, reduction: false, maxSchedules: 600, shrink: false });
      if (all.kind === "bounded" && all.bound.startsWith("maxSchedules")) continue;
      const few = explore(program, { preemptions, shrink: false });
      const where = `${profile} ${seed}`;
      // That something holds in no run is for a proof to say.
      const shown = all.kind === "stuck" || (all.kind === "violated" && all.schedule !== null);
      if (shown) expect(few.kind, where).toBe(all.kind);
      else expect(few.kind, where).toBe("bounded");
      if (few.kind !== "bounded") continue;
      expect([...few.effort.endStates.keys()].sort(), where).toEqual([...all.effort.endStates.keys()].sort());
      expect(few.effort.schedules, where).toBeLessThanOrEqual(all.effort.schedules);
      runs.all += all.effort.schedules;
      runs.few += few.effort.schedules;
      runs.compared++;
    }
  }
  expect(runs.compared).toBeGreaterThan(100);
  expect(runs.few * 2, JSON.stringify(runs)).toBeLessThan(runs.all);
});

test.each(PROGRAMS.map(({ program }) => [program.name, program] as const))(
  "%s: never called proved, and as many end states once the limit is high enough",
  (_name, program) => {
    const proved = explore(program);
    const limited = explore(program, { preemptions: 12 });
    expect(limited.kind).toBe(proved.kind === "exhausted" ? "bounded" : proved.kind);
    if (limited.kind !== "bounded") return;
    expect(limited.bound).toMatch(/^at most 12 preemptions/);
    expect([...limited.effort.endStates.keys()].sort()).toEqual([...proved.effort.endStates.keys()].sort());
  },
);
