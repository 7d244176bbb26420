import { join } from "node:path";
import { explorables, explore, type Explorable, type Scenario } from "@mm-lab/kernel-model";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseCommandLine } from "../../src/cli/arguments.js";
import { makeExploreCommand } from "../../src/cli/explore.js";
import { ROOT, run } from "../setup/copy.js";

const classics = explorables[0]!;
const scenarioOf = (name: string): Scenario => classics.scenarios.find((s) => s.name === name)!;
const aba = scenarioOf("treiber-aba");
const fixture: readonly Explorable[] = [
  { name: "toys", title: "For this test", scenarios: [aba, scenarioOf("treiber-counted"), scenarioOf("philosophers-left-first"), { ...aba, name: "hopeful", expect: "exhausted" }, { ...aba, name: "cut", expect: "exhausted", options: { strategy: "random", maxSchedules: 1, seed: 3 } }] },
];
const { replay } = explore(aba.program) as { replay: string };

afterEach(() => vi.restoreAllMocks());

async function mmLab(...args: string[]): Promise<{ status: number; stdout: string }> {
  let stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const command = makeExploreCommand(fixture);
  const status = await command.run(parseCommandLine("explore", args, command.options), undefined as never);
  return { status, stdout };
}

describe("status 0 only if the verdict is the one expected", () => {
  test.each<[string, number, RegExp]>([
    ["treiber-aba", 0, /^A lock-free stack.*\n\.\.\.and one that takes A for A[^]*toys treiber-aba: violated: [^]*--replay "mm1-8923-[^]*As expected: violated \(each node is on the stack or with one task\)\.\n$/],
    ["treiber-counted", 0, /proved: all 15 schedules[^]*As expected: exhausted\.\n$/],
    ["philosophers-left-first", 0, /stuck: 3 tasks wait for ever[^]*The cycle: philosopher 0 -> /],
    ["hopeful", 1, /NOT as expected: hopeful: violated \(each node[^]*expected exhausted/],
    ["cut", 1, /not a proof: 1 schedule was run[^]*NOT as expected: cut: bounded \(a sample of 1 schedules\), expected exhausted/],
  ])("%s", async (name, status, output) => {
    const ended = await mmLab("toys", name);
    expect(ended.status).toBe(status);
    expect(ended.stdout).toMatch(output);
  });
});

describe("--replay", () => {
  test("shows the run of a string", async () => {
    const { status, stdout } = await mmLab("toys", "treiber-aba", "--replay", replay);
    expect(status).toBe(0);
    expect(stdout).toContain("replayed.");
    expect(stdout).toContain('^-- "each node is on the stack or with one task" does not hold at the end');
  });

  test("a run that does not show it fails, and so does one that goes wrong where nothing should", async () => {
    const short = await mmLab("toys", "treiber-aba", "--replay", "mm1-8923-A2B5");
    expect([short.status, short.stdout]).toEqual([1, expect.stringContaining("the run ends unfinished, expected violated (each node") as string]);
    expect((await mmLab("toys", "hopeful", "--replay", replay)).status).toBe(1);
    expect((await mmLab("toys", "hopeful", "--replay", "mm1-8923-A2B5")).status).toBe(0);
  });

  test.each<[string, string[], RegExp]>([
    ["of another program", ["toys", "treiber-counted", "--replay", replay], /the schedule is "mm1-8923-.*"; accepted: one of program "treiber stack, counted top"/],
    ["without a scenario", ["toys", "--replay", replay], /--replay is "mm1-.*"; accepted: to be used with MECHANISM SCENARIO/],
    ["no string of ours", ["toys", "treiber-aba", "--replay", "ABAB"], /the schedule is "ABAB"; accepted: a string as a counterexample prints it/],
  ])("%s is refused", async (_name, args, message) => {
    await expect((async () => mmLab(...args))()).rejects.toThrow(message);
  });
});

describe("--json is one document", () => {
  test("of a verdict, maps as objects", async () => {
    const { status, stdout } = await mmLab("toys", "treiber-counted", "--json");
    expect(status).toBe(0);
    const document = JSON.parse(stdout) as { verdict: { kind: string; effort: { schedules: number; endStates: Record<string, number> } } };
    expect(document).toMatchObject({ mechanism: "toys", scenario: "treiber-counted", expect: "exhausted", asExpected: true, problem: null, verdict: { kind: "exhausted", effort: { schedules: 15 } } });
    expect(Object.values(document.verdict.effort.endStates).reduce((a, b) => a + b)).toBe(15);
  });

  test("of a violation, which replays", async () => {
    const { stdout } = await mmLab("toys", "treiber-aba", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ what: "each node is on the stack or with one task", verdict: { kind: "violated", replay, trace: expect.any(Array) as unknown } });
    expect(JSON.parse((await mmLab("toys", "treiber-aba", "--json", "--replay", replay)).stdout)).toMatchObject({ asExpected: true, replay: { end: "violated" } });
  });

  test("of the list", async () => {
    expect(JSON.parse((await mmLab("--json")).stdout)).toMatchObject([{ mechanism: "toys", scenarios: [{ name: "treiber-aba", expect: "violated", twinOf: "treiber-counted" }, {}, {}, {}, {}] }]);
  });
});

test("the list of scenarios", async () => {
  const { status, stdout } = await mmLab("toys");
  expect(status).toBe(0);
  expect(stdout).toContain("toys: For this test\n  treiber-aba              violated   ...and one that takes A for A again (ABA)\n");
});

test.each<[string, string[], RegExp]>([
  ["a misspelt mechanism", ["toy"], /the mechanism is "toy"; accepted: one of "toys"\. Next: did you mean "toys"/],
  ["a misspelt scenario", ["toys", "treiber-abc"], /the scenario of toys is "treiber-abc"; .*did you mean "treiber-aba"/],
  ["too much", ["toys", "cut", "more"], /an argument of mm-lab explore is "more"/],
])("%s is refused", async (_name, args, message) => {
  await expect((async () => mmLab(...args))()).rejects.toThrow(message);
});

test("as a program: status and output", async () => {
  const program = join(ROOT, "helpers", "setup", "mm-lab.mjs");
  const { status, stdout } = await run(process.execPath, [program, "explore", "classics", "philosophers-left-first", "--json"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: { kind: "stuck", waiting: [{ heldBy: ["philosopher 1"] }, {}, {}] } });
  expect(await run(process.execPath, [program, "explore", "--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("classics: Programs") as string });
});
