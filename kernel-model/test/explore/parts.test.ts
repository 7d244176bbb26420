import { expect, test, vi } from "vitest";
import { finish } from "../../src/base/run.js";
import { explore } from "../../src/explore/explore.js";
import { exploringPart, partsOf, verdictOf } from "../../src/explore/parts.js";
import { explorables } from "../../src/mechanisms/index.js";
import type { Path } from "../../src/machine/path.js";
import { always, define, type Program } from "../../src/machine/program.js";
import type { SavedSearch } from "../../src/machine/saved-search.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { Cell, WRITE_ONCE } from "../../src/primitives/cell.js";
import { profileNames } from "../oracle/profiles.js";
import { programOf } from "../oracle/programs.js";
import { randomText } from "../oracle/random-text.js";
import { lastZero, PROGRAMS, racingIncrements } from "../../bench/programs.js";

vi.mock("@mm-lab/kernel-model", () => import("../../src/index.js"));

const SEEDS = Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 25);

/** All parts, each as another process would get it; again from the start where a property was seen to look at more. */
function inParts<S>(program: Program<S>, count: number): Verdict {
  for (let seen = { names: [] as readonly string[], everything: false }; ;) {
    const parts = partsOf(program, count, seen).map((part) => JSON.parse(JSON.stringify(part)) as SavedSearch);
    const results = parts.map((part) => finish(exploringPart(program, part)));
    const grew = results.find(({ kind }) => kind === "grew");
    if (grew === undefined) return verdictOf(program, results);
    seen = grew.seen;
  }
}

test.each([...PROGRAMS, racingIncrements(4), lastZero(6)].map(({ program }) => [program.name, program] as const))(
  "%s in parts: the same verdict, counts and end states",
  (_name, program) => {
    const whole = explore(program);
    for (const count of [2, 5, 40]) {
      const verdict = inParts(program, count);
      expect([verdict.kind, verdict.effort.schedules, [...verdict.effort.endStates].sort()]).toEqual([
        whole.kind,
        whole.effort.schedules,
        [...whole.effort.endStates].sort(),
      ]);
    }
  },
);

const scenarios = await Promise.all(
  explorables.map(async ({ name, load }) =>
    (await load()).scenarios.map((scenario) => [name, scenario.name, scenario] as const),
  ),
);

test.each(scenarios.flat())("%s %s in parts: the same verdict", (_mechanism, _name, { program, options }) => {
  const whole = explore(program, options);
  if (whole.effort.schedules > 3000) return;
  const verdict = inParts(program, 16);
  expect(verdict.kind).toBe(whole.kind);
  if (whole.kind === "violated" && verdict.kind === "violated")
    expect(verdict.violation.what).toBe(whole.violation.what);
  if (whole.kind === "exhausted")
    expect([verdict.effort.schedules, verdict.effort.endStates.size]).toEqual([
      whole.effort.schedules,
      whole.effort.endStates.size,
    ]);
});

test("a property that looks at more once something has happened: parts above which it was not known begin anew", () => {
  function* writer(cell: Cell<number>, times: number): Path {
    for (let i = 1; i <= times; i++) yield* WRITE_ONCE(cell, i);
  }
  const program = define(
    {
      name: "looks later",
      setup: () => ({ x: new Cell("x", 0), y: new Cell("y", 0), z: new Cell("z", 0) }),
      tasks: ({ x, y, z }) => ({ A: writer(x, 3), B: writer(y, 3), C: writer(z, 3) }),
    },
    always("y and z are not seen apart for long", ({ x, y, z }) => x.value < 2 || y.value < 4 || z.value < 4),
  );
  const whole = explore(program);
  for (const count of [2, 8, 30, 256])
    expect(inParts(program, count).effort.schedules, `${count} parts`).toBe(whole.effort.schedules);
});

test("random programs in parts: the same verdict, counts and end states", () => {
  let compared = 0;
  for (const profile of profileNames) {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const program = programOf(randomText(profile, seed));
      const whole = explore(program, { maxSchedules: 400, shrink: false });
      if (whole.kind === "bounded") continue;
      const verdict = inParts(program, 12);
      expect(verdict.kind, `${profile} ${seed}`).toBe(whole.kind);
      if (whole.kind !== "exhausted") continue;
      expect([verdict.effort.schedules, [...verdict.effort.endStates].sort()], `${profile} ${seed}`).toEqual([
        whole.effort.schedules,
        [...whole.effort.endStates].sort(),
      ]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(200);
});
