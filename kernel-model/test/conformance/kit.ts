import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { endState } from "../../src/explore/outcome.js";
import { replay } from "../../src/explore/replay.js";
import { unexpected, type Scenario } from "../../src/explore/scenario.js";
import { Random } from "../../src/base/random.js";
import { always, type Program } from "../../src/machine/program.js";
import { stepText, type TraceEntry } from "../../src/machine/trace.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { simulate, SimulationError, type SimulationResult } from "../../src/simulate/index.js";
import { outcome } from "../outcome.js";

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
 * allows; the type invariant after every step; and for every proof a mutant that breaks what was proved.
 */
export function conforms(
  scenarios: readonly Scenario[],
  { naive = 20_000, simulations = 5, withoutMutant = [] }: KitOptions = {},
): void {
  describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) => {
    const { program, options } = scenario;

    test("gets its verdict, in the pinned number of schedules, twice", () => {
      const verdict = explored(scenario);
      expect(unexpected(scenario, verdict)).toBeNull();
      expect(scenario.what === undefined, "`what` says what is violated, and is for that alone").toBe(
        scenario.expect !== "violated",
      );
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
      const verdict = explored(scenario);
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
        expect(inStructure(runs[0])).toEqual(inStructure(runs[1]));
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
    const proved = scenarios.find((scenario) => scenario.name === name)!.program;
    for (const mutant of mutants) {
      expect(unexpected(mutant, explored(mutant))).toBeNull();
      expect(caughtBy(mutant, proved), `${mutant.name} breaks nothing of what ${name} proves`).not.toBeNull();
    }
  });
}

const verdicts = new Map<Scenario, Verdict>();

/** The verdict of a scenario, explored once for all tests of a file: a search gives the same each time, which the kit asks for itself. */
export function explored(scenario: Scenario): Verdict {
  let verdict = verdicts.get(scenario);
  if (verdict === undefined) verdicts.set(scenario, (verdict = explore(scenario.program, scenario.options)));
  return verdict;
}

/**
 * What of the things proved a mutant breaks: a property that holds in every run of the proved program, a rule of the kernel, or that all
 * tasks end. That something is reached in no run of the mutant, or that it breaks a property of its own, shows nothing about the proof.
 */
function caughtBy(mutant: Scenario, proved: Program): string | null {
  const safety = (proved.properties ?? []).filter(({ kind }) => kind !== "sometimes");
  const verdict = explore({ ...mutant.program, properties: safety }, mutant.options);
  return verdict.kind === "violated" || verdict.kind === "stuck" ? outcome(verdict) : null;
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

/** A run with its final state as text: two states that are alike hold functions of their own. */
function inStructure(run: SimulationResult | string | undefined): unknown {
  return typeof run === "object" ? Object.assign({}, run, { state: endState(run.state, { tasks: [] }) }) : run;
}

const line = (entry: TraceEntry): string =>
  `${entry.task} ${entry.function}: ${stepText(entry)} ${entry.changes.map(({ object, before, after }) => `${object} ${before} -> ${after}`).join(", ")}`;

function plain(verdict: Verdict): unknown {
  return {
    ...verdict,
    effort: { ...verdict.effort, endStates: [...verdict.effort.endStates], examples: [...verdict.effort.examples] },
  };
}
