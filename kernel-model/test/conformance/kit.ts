import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { replay } from "../../src/explore/replay.js";
import { unexpected, type Scenario } from "../../src/explore/scenario.js";
import { Random } from "../../src/base/random.js";
import { always, type Program } from "../../src/machine/program.js";
import { stepText, type TraceEntry } from "../../src/machine/trace.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { simulate, SimulationError } from "../../src/simulate/index.js";

export interface KitOptions {
  /** Naive search is compared where it needs no more schedules than this. Default 20,000. */
  readonly naive?: number;
  /** Runs in virtual time per scenario, each with its own seed and machine. Default 5. */
  readonly simulations?: number;
  /** Properties of other kinds than safety, which need no mutant. Default: none. */
  readonly withoutMutant?: readonly string[];
}

/**
 * What every mechanism's scenarios must pass: the expected verdict with pinned counts, the same twice; violations
 * that replay from their string; the same end states with reduction as without; every simulator run one that the explorer
 * allows; the type invariant after every step; and for every proof a mutant that is caught.
 */
export function conforms(
  scenarios: readonly Scenario[],
  { naive = 20_000, simulations = 5, withoutMutant = [] }: KitOptions = {},
): void {
  describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) => {
    const { program, options } = scenario;

    test("gets its verdict, in the pinned number of schedules, twice", () => {
      const verdict = explore(program, options);
      expect(unexpected(scenario, verdict)).toBeNull();
      if (scenario.expect === "exhausted")
        expect(scenario.endStates, `pin the end states of ${scenario.name}: ${verdict.effort.endStates.size}`).toBe(
          verdict.effort.endStates.size,
        );
      expect(scenario.schedules, `pin the schedules of ${scenario.name}: ${verdict.effort.schedules}`).toBe(
        verdict.effort.schedules,
      );
      expect(plain(explore(program, options))).toEqual(plain(verdict));
    });

    test("replays from its string, step by step", () => {
      const verdict = explore(program, options);
      if (verdict.kind === "exhausted" || verdict.kind === "bounded") {
        for (const schedule of verdict.effort.examples.values())
          expect(["complete", "unfinished"]).toContain(replay(program, schedule).end);
        return;
      }
      expect(verdict.replay).toMatch(/^mm1-/);
      const again = replay(program, verdict.replay!);
      expect(again.trace).toEqual(verdict.trace);
      expect(again.end).toBe(verdict.kind);
    });

    test("reaches the same end states with reduction as without", () => {
      const open = { ...program, properties: [], stuckIsAnEnd: true };
      const all = explore(open, { ...options, reduction: false, maxSchedules: naive, shrink: false });
      if (all.kind === "bounded") return;
      const few = explore(open, { ...options, shrink: false });
      expect(few.kind).toBe(all.kind);
      if (few.kind === "exhausted")
        expect([...few.effort.endStates.keys()].sort()).toEqual([...all.effort.endStates.keys()].sort());
      expect(few.effort.schedules).toBeLessThanOrEqual(all.effort.schedules);
    });

    test("runs in virtual time as the explorer allows, the same for the same seed", () => {
      // The simulator goes on after a warning of the kernel, so a mutant that provokes one must be replayed likewise.
      const judged: Program = {
        ...program,
        properties: [],
        ...(scenario.expect !== "exhausted" && { warningsAreViolations: false }),
      };
      for (let seed = 1; seed <= simulations; seed++) {
        const machine = { sockets: 1, cores: 1 + (new Random(seed).uint32() % 4) };
        const runs = [1, 2].map(() =>
          attempt(
            () => simulate({ program: judged, seed, machine, schedule: true, trace: true }),
            scenario.expect === "exhausted",
          ),
        );
        expect(runs[0]).toEqual(runs[1]);
        const [run] = runs;
        if (run === undefined || typeof run === "string" || run.schedule === null || run.trace === null) continue;
        const allowed = replay(judged, run.schedule);
        expect(allowed.trace.map(line)).toEqual(run.trace.map(line));
        expect(allowed.end).toBe(run.stuck.length > 0 ? "stuck" : "complete");
      }
    });

    if (program.invariant !== undefined) {
      test("keeps its type invariant after every step", () => {
        const watched: Program = {
          ...program,
          properties: [always("the type invariant", (state) => program.invariant!(state))],
          stuckIsAnEnd: true,
        };
        const verdict = explore(watched, { strategy: "random", maxSchedules: 500, seed: 3, shrink: false });
        if (verdict.kind === "violated") expect(verdict.violation.what).not.toBe("the type invariant");
      });
    }
  });

  test.each(
    scenarios
      .filter(({ expect: wanted, name }) => wanted === "exhausted" && !withoutMutant.includes(name))
      .map(({ name }) => name),
  )("%s has a mutant that is caught", (name) => {
    const mutants = scenarios.filter(({ mutantOf }) => mutantOf === name);
    expect(
      mutants.length,
      `${name} proves nothing until a mutant of it is caught: add a scenario with mutantOf: "${name}"`,
    ).toBeGreaterThan(0);
    for (const mutant of mutants) expect(["violated", "stuck"]).toContain(explore(mutant.program, mutant.options).kind);
  });
}

/** The result, or what the path broke: a mutant may, the same way each time; a proved program must not. */
function attempt<T>(run: () => T, proved: boolean): T | string {
  try {
    return run();
  } catch (error) {
    if (proved || !(error instanceof SimulationError)) throw error;
    return error.message;
  }
}

const line = (entry: TraceEntry): string =>
  `${entry.task} ${entry.function}: ${stepText(entry)} ${entry.changes.map(({ object, before, after }) => `${object} ${before} -> ${after}`).join(", ")}`;

function plain(verdict: Verdict): unknown {
  return {
    ...verdict,
    effort: { ...verdict.effort, endStates: [...verdict.effort.endStates], examples: [...verdict.effort.examples] },
  };
}
