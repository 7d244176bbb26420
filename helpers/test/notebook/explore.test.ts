import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, JupyterClient, resultText, streamText } from "./jupyter-client.js";

let kernel: JupyterClient;

/** Two cells with constants, a helper function, a class and data, and a third that changes them: 218,243 schedules. */
beforeAll(async () => {
  kernel = await JupyterClient.start();
  await run(`import { Cell, define, explore, READ_ONCE, WRITE_ONCE, type Path } from "@mm-lab/kernel-model";
    const ROUNDS = 4;
    let rounds = ROUNDS;
    class Start { constructor(readonly value: number) {} }
    const starts: Start[] = [];
    console.log("the first cell runs");`);
  await run(`const sum = (a: number, b: number): number => a + b;
    function* adder(x: Cell<number>, y: Cell<number>): Path {
      for (let i = 0; i < rounds; i++) {
        const a = yield* READ_ONCE(x);
        yield* WRITE_ONCE(x, sum(a, yield* READ_ONCE(y)));
      }
    }`);
  await run(`starts.push(new Start(1), new Start(1));
    rounds = 5;`);
});

afterAll(() => kernel.kill());

async function run(code: string): Promise<string | undefined> {
  const execution = await kernel.execute(code);
  expect(execution.reply["status"], JSON.stringify(execution.reply["traceback"] ?? "")).toBe("ok");
  return resultText(execution);
}

const PROGRAM = `define({
  name: "fib", setup: () => ({ x: new Cell("x", starts[0]!.value), y: new Cell("y", starts[1]!.value) }),
  tasks: (s) => ({ A: adder(s.x, s.y), B: adder(s.y, s.x), C: (function* () { return [yield* READ_ONCE(s.x), yield* READ_ONCE(s.y)].join(); })() }),
})`;
const counts = (name: string): string =>
  `[${name}.kind, ${name}.effort.schedules, ${name}.effort.endStates.size].join()`;

describe("a program of several cells", () => {
  test("is explored by workers, in the cell that makes it and that calls for them", async () => {
    const cell = await kernel.execute(`console.log("here");
      const fib = ${PROGRAM};
      const verdict = await explore(fib, { workers: 2 });
      if (verdict.effort.redundant === 0) throw new Error("no workers were at it");
      ${counts("verdict")}`);
    expect(errorOrText(cell)).toBe("'exhausted,218243,108294'");
    expect(streamText(cell)).toBe("here\n"); // what the workers' cells print is not shown again
  });

  test("and in a later cell, with the values of then and the functions of now", async () => {
    await run(`const programs = { small: fib, other: [fib, { ...fib, name: "copy" }] };
      rounds = 3;`);
    const one = await run(`const alone = explore(programs.other[1]!); ${counts("alone")}`);
    expect(await run(`const both = await explore(programs.other[1]!, { workers: "all" }); ${counts("both")}`)).toBe(
      one,
    );
    await run("rounds = 5;");
  });

  test("a name that a later cell declares anew", async () => {
    await run(`const sum = (a: number, b: number): number => 2 * a + b;`);
    const one = await run(`const alone2 = explore(fib, { maxSchedules: 500_000 }); ${counts("alone2")}`);
    // A function of a cell goes on using what its own cell declared, in a worker as in the notebook.
    expect(await run(`const both2 = await explore(fib, { workers: 2 }); ${counts("both2")}`)).toBe(one);
  });

  test("a violation is drawn as that of one worker", async () => {
    await run(`import { alwaysAtEnd } from "@mm-lab/kernel-model";
      const wrong = { ...fib, name: "wrong", properties: [alwaysAtEnd<{ x: Cell<number> }>("small", (s) => s.x.value < 144)] };`);
    const [one, two] = (await run(
      `const found = [explore(wrong), await explore(wrong, { workers: 2 })]; found.map((f) => f.kind + (f as any).replay).join(" ")`,
    ))!
      .slice(1, -1)
      .split(" ");
    expect(one).toMatch(/^violatedmm1-/);
    expect(two).toBe(one);
  });
});

describe("what cannot be", () => {
  test.each([
    [
      "a program without a name of its own",
      `await explore(${PROGRAM}, { workers: 2 })`,
      'the program to explore with `workers` is "fib"; accepted: one that is bound to a name of a cell. Next: give it a name of its own in a cell: const program = define(...).',
    ],
    [
      "too many workers",
      `await explore(fib, { workers: 100 })`,
      'workers is 100; accepted: an integer from 1 to 64. Next: give a number of threads, or "all" for one a core.',
    ],
  ])("%s", async (_name, code, message) => {
    expect(errorOf(await kernel.execute(code))).toMatchObject({ ename: "InputError", evalue: message });
  });

  test("a program that was made from what a function has changed since", async () => {
    await run(`const sizes = { first: 1 };
      const changing = { ...fib, name: "changing", setup: () => ({ x: new Cell("x", sizes.first), y: new Cell("y", 1) }) };`);
    await run(`function enlarge(of: { first: number }): void { of.first = 9; }`);
    await run(`enlarge(sizes);`);
    const { ename, evalue } = errorOf(await kernel.execute(`await explore(changing, { workers: 2 })`));
    expect(ename).toBe("InputError");
    expect(evalue).toMatch(
      /^the program of a worker, made again from Cell \[1\], .*is "changing: A, B, C; .*must not be changed elsewhere/,
    );
  });

  test("an error of the program is that of one worker", async () => {
    await run(
      `const spins = { ...fib, name: "spins", tasks: (s: any) => ({ ...fib.tasks(s), C: (function* () { while ((yield* READ_ONCE(s.x as Cell<number>)) > 20) yield* READ_ONCE(s.y as Cell<number>); })() }) };`,
    );
    const one = errorOf(await kernel.execute("explore(spins, { maxSteps: 200 })"));
    const two = errorOf(await kernel.execute("await explore(spins, { maxSteps: 200, workers: 2 })"));
    expect(one.evalue).toMatch(/the length of a run of program "spins" is 201/);
    expect([two.ename, two.evalue]).toEqual([one.ename, one.evalue]);
  });
});

test.each(["signal", "message"] as const)(
  "an interrupt stops it within a second and says how far it was (%s)",
  async (how) => {
    await run(`rounds = 9; const first = explore(fib, { workers: 2, maxSchedules: 10 }); // not awaited
    await first; rounds = 8;`);
    const { done, messages } = kernel.begin(`await explore(fib, { workers: 2, maxSchedules: 1e9 })`);
    // A bar is drawn once workers have told something.
    while (!messages.some(({ content }) => /parts over|"status":"error"/.test(JSON.stringify(content))))
      await sleep(10);
    const began = performance.now();
    if (how === "signal") kernel.interruptBySignal();
    else await kernel.request("control", "interrupt_request", {});
    const { evalue, ename } = errorOf(await done);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(ename).toBe("Interrupted");
    expect(evalue).toMatch(
      /^exploring fib was stopped at [\d,]+ of [\d,]+ \(\d+ %\), schedules, \d+ of \d+ parts over\. Next: run it again/,
    );
    expect(await run(`rounds = 3; const after = await explore(fib, { workers: 2 }); after.kind`)).toBe("'exhausted'");
  },
);

function errorOrText(execution: Awaited<ReturnType<JupyterClient["execute"]>>): string | undefined {
  return execution.reply["status"] === "ok" ? resultText(execution) : JSON.stringify(execution.reply);
}
