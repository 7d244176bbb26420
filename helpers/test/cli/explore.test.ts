import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explorables, explore, type Explorable, type Scenario } from "@mm-lab/kernel-model";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { parseCommandLine } from "../../src/cli/arguments.js";
import { makeExploreCommand } from "../../src/cli/explore.js";
import { ROOT, run } from "../setup/copy.js";

const { scenarios: classics } = await explorables[0]!.load();
const scenarioOf = (name: string): Scenario => classics.find((s) => s.name === name)!;
const aba = scenarioOf("treiber-aba");
const fixture: readonly Explorable[] = [
  {
    name: "toys",
    title: "For this test",
    load: () =>
      Promise.resolve({
        scenarios: [
          aba,
          scenarioOf("treiber-counted"),
          scenarioOf("philosophers-left-first"),
          { ...aba, name: "hopeful", expect: "exhausted" },
          { ...aba, name: "cut", expect: "exhausted", options: { strategy: "random", maxSchedules: 1, seed: 3 } },
        ],
      }),
  },
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
    [
      "treiber-aba",
      0,
      /^A lock-free stack.*\n\.\.\.and one that takes A for A[^]*toys treiber-aba: violated: [^]*--replay "mm1-8923-[^]*As expected: violated \(each node is on the stack or with one task\)\.\n$/,
    ],
    ["treiber-counted", 0, /proved: all 15 schedules[^]*As expected: exhausted\.\n$/],
    ["philosophers-left-first", 0, /stuck: 3 tasks wait for ever[^]*The cycle: philosopher 0 -> /],
    ["hopeful", 1, /NOT as expected: hopeful: violated \(each node[^]*expected exhausted/],
    [
      "cut",
      1,
      /not a proof: 1 schedule was run[^]*NOT as expected: cut: bounded \(a sample of 1 schedules\), expected exhausted/,
    ],
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
    expect([short.status, short.stdout]).toEqual([
      1,
      expect.stringContaining("the run ends unfinished, expected violated (each node") as string,
    ]);
    expect((await mmLab("toys", "hopeful", "--replay", replay)).status).toBe(1);
    expect((await mmLab("toys", "hopeful", "--replay", "mm1-8923-A2B5")).status).toBe(0);
  });

  test.each<[string, string[], RegExp]>([
    [
      "of another program",
      ["toys", "treiber-counted", "--replay", replay],
      /the schedule is "mm1-8923-.*"; accepted: one of program "treiber stack, counted top"/,
    ],
    [
      "without a scenario",
      ["toys", "--replay", replay],
      /--replay is "mm1-.*"; accepted: to be used with MECHANISM SCENARIO/,
    ],
    [
      "no string of ours",
      ["toys", "treiber-aba", "--replay", "ABAB"],
      /the schedule is "ABAB"; accepted: a string as a counterexample prints it/,
    ],
  ])("%s is refused", async (_name, args, message) => {
    await expect((async () => mmLab(...args))()).rejects.toThrow(message);
  });
});

describe("--json is one document", () => {
  test("of a verdict, maps as objects", async () => {
    const { status, stdout } = await mmLab("toys", "treiber-counted", "--json");
    expect(status).toBe(0);
    const document = JSON.parse(stdout) as {
      verdict: { kind: string; effort: { schedules: number; endStates: Record<string, number> } };
    };
    expect(document).toMatchObject({
      mechanism: "toys",
      scenario: "treiber-counted",
      expect: "exhausted",
      asExpected: true,
      problem: null,
      verdict: { kind: "exhausted", effort: { schedules: 15 } },
    });
    expect(Object.values(document.verdict.effort.endStates).reduce((a, b) => a + b)).toBe(15);
  });

  test("of a violation, which replays", async () => {
    const { stdout } = await mmLab("toys", "treiber-aba", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      what: "each node is on the stack or with one task",
      verdict: { kind: "violated", replay, trace: expect.any(Array) as unknown },
    });
    expect(JSON.parse((await mmLab("toys", "treiber-aba", "--json", "--replay", replay)).stdout)).toMatchObject({
      asExpected: true,
      replay: { end: "violated" },
    });
  });

  test("of the list", async () => {
    expect(JSON.parse((await mmLab("--json")).stdout)).toMatchObject([
      {
        mechanism: "toys",
        scenarios: [{ name: "treiber-aba", expect: "violated", mutantOf: "treiber-counted" }, {}, {}, {}, {}],
      },
    ]);
  });
});

test("the list of scenarios", async () => {
  const { status, stdout } = await mmLab("toys");
  expect(status).toBe(0);
  expect(stdout).toContain(
    "toys: For this test\n  treiber-aba              violated   ...and one that takes A for A again (ABA)\n",
  );
});

test.each<[string, string[], RegExp]>([
  ["a misspelt mechanism", ["toy"], /the mechanism is "toy"; accepted: one of "toys"\. Next: did you mean "toys"/],
  [
    "a misspelt scenario",
    ["toys", "treiber-abc"],
    /the scenario of toys is "treiber-abc"; .*did you mean "treiber-aba"/,
  ],
  ["too much", ["toys", "cut", "more"], /an argument of mm-lab explore is "more"/],
])("%s is refused", async (_name, args, message) => {
  await expect((async () => mmLab(...args))()).rejects.toThrow(message);
});

test("as a program: status and output", async () => {
  const program = join(ROOT, "helpers", "setup", "mm-lab.mjs");
  const { status, stdout } = await run(process.execPath, [
    program,
    "explore",
    "classics",
    "philosophers-left-first",
    "--json",
  ]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: { kind: "stuck", waiting: [{ heldBy: ["philosopher 1"] }, {}, {}] },
  });
  expect(await run(process.execPath, [program, "explore", "--help"])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("classics: Programs") as string,
  });
});

describe("long searches", () => {
  const folder = mkdtempSync(join(tmpdir(), "mm-lab-explore-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "search.json");
  const stderr = (): string[] => vi.spyOn(process.stderr, "write").mock.calls.map(([text]) => String(text));
  const effortOf = ({
    stdout,
  }: {
    readonly stdout: string;
  }): { kind: string; schedules: number; estimated: number; rest?: unknown } => {
    const { verdict } = JSON.parse(stdout) as {
      verdict: { kind: string; rest?: unknown; effort: { schedules: number; estimated: number } };
    };
    return { kind: verdict.kind, schedules: verdict.effort.schedules, estimated: verdict.effort.estimated };
  };

  test("saved where a bound cuts it, gone on with from the file, and in the end as if never cut", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const whole = effortOf(await mmLab("toys", "treiber-counted", "--json"));
    const first = await mmLab("toys", "treiber-counted", "--max-schedules", "4", "--save", file, "--json");
    expect(first.status).toBe(1); // no proof
    expect(effortOf(first)).toMatchObject({ kind: "bounded", schedules: 4 });
    expect(stderr().join("")).toContain(`what is left of the search is in ${file}. Next: go on with --resume ${file}`);
    const second = await mmLab("toys", "treiber-counted", "--max-schedules", "4", "--resume", file, "--save", file);
    expect(second.stdout.replaceAll(/\s+/g, " ")).toMatch(
      /not a proof: 8 schedules were run .* \(maxSchedules = 4\), after about \d+ % of an estimated \d+ runs: the/,
    );
    const last = await mmLab(
      "toys",
      "treiber-counted",
      "--resume",
      file,
      "--save",
      join(folder, "none.json"),
      "--json",
    );
    expect(last.status).toBe(0);
    expect(effortOf(last)).toEqual(whole);
    expect(stderr().join("")).toContain("none.json was not written: the search is over");
    expect(readdirSync(folder)).toEqual(["search.json"]);
  });

  test("on several cores: the same answer", async () => {
    expect(effortOf(await mmLab("toys", "treiber-counted", "--workers", "2", "--json"))).toEqual(
      effortOf(await mmLab("toys", "treiber-counted", "--json")),
    );
    expect((await mmLab("toys", "treiber-aba", "--workers", "all", "--json")).stdout).toBe(
      (await mmLab("toys", "treiber-aba", "--json")).stdout,
    );
  });

  test.each<[string, string[], RegExp]>([
    ["no number of workers", ["--workers", "two"], /--workers is "two"; accepted: "all", or an integer from 1 to 64/],
    ["too many", ["--workers", "65"], /workers is 65; accepted: an integer from 1 to 64/],
    ["no time", ["--seconds", "soon"], /--seconds is "soon"; accepted: a number/],
    [
      "to save what several workers leave",
      ["--workers", "2", "--save", file],
      /--save is ".*"; accepted: a search on one core/,
    ],
    [
      "a file that is not there",
      ["--resume", join(folder, "absent")],
      /--resume is ".*absent"; accepted: a file that can be read \(the system says ENOENT\)/,
    ],
    [
      "a file of another kind",
      ["--resume", join(ROOT, "README.md")],
      /--resume is ".*README\.md"; accepted: a file that --save wrote/,
    ],
    [
      "another document",
      ["--resume", join(ROOT, "package.json")],
      /the format of resume is undefined; accepted: "mm-lab search 1"/,
    ],
    [
      "a place that cannot be written",
      ["--max-schedules", "1", "--save", join(folder, "no", "such")],
      /the output file is ".*such"; accepted: a place that can be written/,
    ],
    [
      "beside --replay",
      ["--replay", "mm1-8923-A2B5", "--seconds", "1"],
      /--seconds is "1"; accepted: to be used without --replay/,
    ],
  ])("%s is refused", async (_name, args, message) => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await expect((async () => mmLab("toys", "treiber-counted", ...args))()).rejects.toThrow(message);
  });

  test("a search of another scenario is refused, and one without a scenario", async () => {
    await expect(mmLab("toys", "philosophers-left-first", "--resume", file)).rejects.toThrow(
      /the program of resume is "treiber stack, counted top: .*resume a search with the program that it was begun with/,
    );
    await expect(mmLab("toys", "--workers", "2")).rejects.toThrow(
      /--workers is "2"; accepted: to be used with MECHANISM SCENARIO/,
    );
  });

  test("as a program: it ends when it is interrupted, and says how far it was", async () => {
    // On a fast machine it may be over before: then it is interrupted earlier.
    for (const wait of [3_000, 2_000, 1_400, 1_000]) {
      const child = spawn(process.execPath, [
        join(ROOT, "helpers", "setup", "mm-lab.mjs"),
        "explore",
        "zswap",
        "four-stores-fixed",
        "--workers",
        "2",
      ]);
      const exit = once(child, "exit") as Promise<[number | null]>;
      let said = "";
      child.stderr.on("data", (text: Buffer) => (said += text.toString()));
      await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, wait))]);
      if (child.exitCode !== null) continue;
      const began = performance.now();
      child.kill("SIGINT");
      const [status] = await exit;
      expect(performance.now() - began).toBeLessThan(1_500);
      expect(status).toBe(1);
      expect(said).toMatch(/mm-lab: exploring .* was stopped (?:at|before) .*Next: run it again, or make it smaller/);
      return;
    }
    expect.unreachable("the search was over each time before it could be interrupted");
  });
});
