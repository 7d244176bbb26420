import { afterAll, beforeAll, expect, test } from "vitest";
import { errorOf, JupyterClient, resultText, streamText } from "./jupyter-client.js";

let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start();
});

afterAll(() => kernel.kill());

/** Runs a failing cell; its number is put in for N in what is expected. */
async function failing(
  code: string,
): Promise<{ readonly ename: string; readonly evalue: string; readonly text: string; readonly n: number }> {
  const execution = await kernel.execute(code);
  const error = errorOf(execution);
  expect(execution.reply).toMatchObject({ status: "error", ...error });
  const text = error.traceback.join("\n");
  expect(text).not.toMatch(/tslab|node:|jupyter|dist\//);
  return { ename: error.ename, evalue: error.evalue, text, n: Number(execution.reply["execution_count"]) };
}

test("a thrown error points at line and column of the cell's TypeScript", async () => {
  const { ename, evalue, text, n } = await failing(`interface Pages { readonly count: number }

const given: Pages = { count: -1 };
  if (given.count < 0) throw new RangeError("negative: " + given.count);`);
  expect({ ename, evalue }).toEqual({ ename: "RangeError", evalue: "negative: -1" });
  expect(text).toBe(`RangeError: negative: -1
Cell [${n}], line 4:30
  4 |   if (given.count < 0) throw new RangeError("negative: " + given.count);
    |                              ^
    at Cell [${n}], line 4:30`);
});

test("an error in a function of an earlier cell points at that cell, and at the call", async () => {
  const earlier = await kernel.execute(
    `type N = number;\nfunction halve(n: N): N {\n  if (n % 2) throw new Error("odd");\n  return n / 2;\n}`,
  );
  const { text, n } = await failing(`const x: number = 3;\nhalve(\n  x);`);
  const first = Number(earlier.reply["execution_count"]);
  expect(text).toBe(`Error: odd
Cell [${first}], line 3:20
  3 |   if (n % 2) throw new Error("odd");
    |                    ^
    at halve (Cell [${first}], line 3:20)
    at Cell [${n}], line 2:1`);
});

test.each([
  ["awaited", `await 0;\nawait Promise.reject(new TypeError("no"));`, "line 2:22"],
  ["the last value", `Promise.reject(new TypeError("no"))`, "line 1:16"],
  ["floating", `const ok: number = 1;\nvoid Promise.reject(new TypeError("no"));`, "line 2:21"],
  [
    "in an async function",
    `async function f(): Promise<void> {\n  await 0;\n  throw new TypeError("no");\n}\nawait f();`,
    "line 3:9",
  ],
])("a rejected promise: %s", async (_what, code, place) => {
  const { ename, evalue, text, n } = await failing(code);
  expect({ ename, evalue }).toEqual({ ename: "TypeError", evalue: "no" });
  expect(text).toContain(`at ${code.includes("async") ? "f (" : ""}Cell [${n}], ${place}`);
});

test("a type error names the place and nothing of the cell has run", async () => {
  const { ename, evalue, text, n } = await failing(`console.log("ran");\nconst pages: number = "many";`);
  expect({ ename, evalue }).toEqual({
    ename: "TypeScriptError",
    evalue: "Type 'string' is not assignable to type 'number'.",
  });
  expect(text).toContain(
    `Cell [${n}], line 2:7 - error TS2322: Type 'string' is not assignable to type 'number'.\n  2 | const pages: number = "many";\n    |       ^^^^^`,
  );
  const syntax = await failing(`console.log("ran"`);
  expect(syntax.text).toContain("error TS1005: ')' expected.");
});

test("an error from the model shows the model's source file, and the call in the cell", async () => {
  const { ename, evalue, text, n } = await failing(
    `import { checkInteger } from "@mm-lab/kernel-model";\n\ncheckInteger("pages_to_scan", -5, { min: 1 });`,
  );
  expect(ename).toBe("InputError");
  expect(evalue).toBe("pages_to_scan is -5; accepted: an integer of at least 1. Next: give a value in that range.");
  expect(text).toMatch(
    new RegExp(`at checkInteger \\(kernel-model/src/base/errors\\.ts:\\d+:9\\)\n    at Cell \\[${n}\\], line 3:1$`),
  );
});

test("what is no error can be thrown too; causes are shown; a hostile error does no harm", async () => {
  expect(await failing(`throw "a text"`)).toMatchObject({ ename: "Thrown string", evalue: "a text" });
  expect((await failing(`throw new Error("outer", { cause: new Error("inner") })`)).text).toMatch(
    /Error: outer[\s\S]*Caused by: Error: inner\n {4}at Cell/,
  );
  expect((await failing(`throw Object.defineProperty(new Error("x"), "message", { get() { throw 1; } })`)).evalue).toBe(
    "(cannot be shown)",
  );
  expect(
    (await failing(`function deep(): number { return deep() + 1; }\ndeep();`)).text.split("\n").length,
  ).toBeLessThan(40);
});

test("what a failed cell had declared before it failed can be used; the rest is unknown", async () => {
  await failing(`const before = 7;\nconst after: number = (() => { throw new Error("stop"); })();`);
  expect(resultText(await kernel.execute("before"))).toBe("7");
  expect((await failing("after")).evalue).toBe("Cannot find name 'after'.");
});

test("after an error: queued cells are aborted, unless the error was expected", async () => {
  const run = (options: object) => [
    kernel.begin(`throw new Error("first")`, { ...options }).done,
    kernel.begin(`1 + 1`).done,
  ];
  const [, aborted] = await Promise.all(run({}));
  expect(aborted?.reply).toEqual({ status: "aborted" });
  const [failed, ran] = await Promise.all(run({ stop_on_error: false })); // nbclient does this for allow_errors and raises-exception
  expect(failed?.reply["status"]).toBe("error");
  expect(ran?.reply["status"]).toBe("ok");
});

test("a stack that the cell prints itself reads the same", async () => {
  const execution = await kernel.execute(
    `try { JSON.parse("{") } catch (error) { console.log((error as Error).stack); }`,
  );
  const printed = /^SyntaxError: .*\n {4}at (?:JSON\.)?parse \(<anonymous>\)\n {4}at Cell \[(\d+)\], line 1:12\n$/;
  expect(printed.exec(streamText(execution))?.[1]).toBe(String(execution.reply["execution_count"]));
});

test("errors in timers and late rejections go to stderr of the last cell; the kernel survives", async () => {
  let text = "";
  const cell = kernel.begin(`setTimeout(() => { throw new Error("in a timer"); }, 300);
setTimeout(() => void Promise.reject(new Error("late")), 300);`);
  const reported = new Promise<void>((resolve) => {
    const unwatch = kernel.watch(({ header, parent, content }) => {
      if (header.msg_type !== "stream" || content["name"] !== "stderr") return;
      expect(parent.msg_id).toBe(cell.messages[0]?.parent.msg_id);
      text += String(content["text"]);
      if (!text.includes("in a timer") || !text.includes("late")) return;
      unwatch();
      resolve();
    });
  });
  const { reply } = await cell.done;
  expect(reply["status"]).toBe("ok");
  await reported;
  const placed = /Error: in a timer[\s\S]*Cell \[(\d+)\], line 1:26[\s\S]*Error: late[\s\S]*Cell \[(\d+)\], line 2:38/;
  const n = String(reply["execution_count"]);
  expect(placed.exec(text)?.slice(1)).toEqual([n, n]);
  expect(text).not.toMatch(/node:|tslab/);
  expect(resultText(await kernel.execute("6 * 7"))).toBe("42");
});
