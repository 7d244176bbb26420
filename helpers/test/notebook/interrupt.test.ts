import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contents, errorOf, JupyterClient, resultText, streamText, type Execution } from "./jupyter-client.js";

let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start();
  await kernel.execute(`import { experiment } from "@mm-lab/helpers";\nconst kept = { value: 41 };`);
});

afterAll(() => kernel.kill());

/** Starts a cell, waits until it prints "go", interrupts, and checks that the kernel lives on with its variables. */
async function interrupt(
  code: string,
  how: "signal" | "message",
): Promise<{ readonly execution: Execution; readonly ms: number }> {
  const { done, messages } = kernel.begin(code);
  while (!messages.some(({ content }) => String(content["text"]).includes("go"))) await sleep(10);
  await sleep(50);
  const started = performance.now();
  if (how === "signal") kernel.interruptBySignal();
  else expect(await kernel.request("control", "interrupt_request", {})).toEqual({ status: "ok" });
  const execution = await done;
  const ms = performance.now() - started;
  expect(execution.reply).toMatchObject({ status: "error", ename: "Interrupted" });
  expect(errorOf(execution).traceback.join("\n")).not.toMatch(/tslab|node:/);
  expect(resultText(await kernel.execute("kept.value + 1"))).toBe("42");
  return { execution, ms };
}

test.each(["signal", "message"] as const)("a busy loop without await stops (%s)", async (how) => {
  const { ms } = await interrupt(`console.log("go"); for (;;) {}`, how);
  expect(ms).toBeLessThan(1_500);
});

test.each(["signal", "message"] as const)("a cell that waits for ever stops (%s)", async (how) => {
  const { ms } = await interrupt(`console.log("go"); await new Promise(() => {});`, how);
  expect(ms).toBeLessThan(1_500);
});

test.each(["signal", "message"] as const)(
  "a long model run after an await stops and says how far it came (%s)",
  async (how) => {
    const { execution, ms } = await interrupt(
      `
    await Promise.resolve();
    let steps = 0;
    const result = await experiment(function* () {
      console.log("go");
      for (;;) yield { done: ++steps, total: 1e12, note: "scanning" };
    }, { title: "endless scan" });`,
      how,
    );
    expect(errorOf(execution).evalue).toMatch(
      /^endless scan was stopped at [\d,]+ of 1,000,000,000,000 \(0 %\), scanning\. Next: run it again/,
    );
    expect(ms).toBeLessThan(1_500);
    const steps = async (): Promise<string | undefined> => resultText(await kernel.execute("steps"));
    const before = await steps();
    expect(Number(before)).toBeGreaterThan(0);
    await sleep(100);
    expect(await steps()).toBe(before); // and does not go on behind our back
  },
);

test("a loop of awaits stops and does not go on in the background", async () => {
  await interrupt(
    `let ticks = 0;
    async function tick(): Promise<number> { await new Promise((resolve) => setTimeout(resolve, 2)); return 1; }
    console.log("go");
    for (;;) ticks += await tick();`,
    "signal",
  );
  await sleep(50);
  const before = resultText(await kernel.execute("ticks"));
  expect(Number(before)).toBeGreaterThan(0);
  await sleep(50);
  expect(resultText(await kernel.execute("ticks"))).toBe(before);
  expect(resultText(await kernel.execute("await tick()"))).toBe("1"); // what the cell had defined works on
});

test("an asynchronous experiment gets an AbortSignal", async () => {
  const { execution } = await interrupt(
    `
    await experiment(async ({ signal, progress }) => {
      progress({ done: 3, total: 10 });
      console.log("go");
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      console.log("cleaned up");
    }, { title: "probe" });`,
    "signal",
  );
  expect(errorOf(execution).evalue).toMatch(/^probe was stopped at 3 of 10 \(30 %\)/);
  expect(streamText(execution)).toContain("cleaned up");
});

test("a busy loop after an await stops, wherever it runs (message)", async () => {
  const { ms } = await interrupt(`await Promise.resolve(); console.log("go"); for (;;) {}`, "message");
  expect(ms).toBeLessThan(6_000);
  await interrupt(
    `await new Promise((resolve) => setTimeout(() => { console.log("go"); for (;;) {} }, 1));`,
    "message",
  );
});

test("a cell's own signal handlers are called and do no harm", async () => {
  const { execution } = await interrupt(
    `process.once("SIGINT", () => console.log("my handler")); console.log("go"); await new Promise(() => {});`,
    "signal",
  );
  expect(streamText(execution)).toContain("my handler");
});

test("an interrupt while the cell is still being compiled counts", async () => {
  for (let i = 0; i < 3; i++) {
    const { done, messages } = kernel.begin(`const big${i} = [${"{ a: 1, b: [2, 3] }, ".repeat(3_000)}];\nfor (;;) {}`);
    while (messages.length === 0) await sleep(1);
    await sleep(15 * i);
    kernel.interruptBySignal();
    expect((await done).reply).toMatchObject({ status: "error", ename: "Interrupted" });
  }
});

test("an interrupt without a running cell does nothing", async () => {
  kernel.interruptBySignal();
  await kernel.request("control", "interrupt_request", {});
  await sleep(50);
  expect(resultText(await kernel.execute("kept.value"))).toBe("41");
});

test("cells queued behind an interrupted one are not run", async () => {
  const first = kernel.begin(`console.log("go"); for (;;) {}`);
  const second = kernel.begin(`console.log("must not run")`);
  while (first.messages.length < 3) await sleep(10);
  kernel.interruptBySignal();
  expect((await second.done).reply).toMatchObject({ status: "aborted" });
  expect(contents(await second.done, "stream")).toEqual([]);
});
