import { afterAll, beforeAll, expect, test } from "vitest";
import { JupyterClient } from "./jupyter-client.js";

let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start();
  await kernel.execute(
    `import * as model from "@mm-lab/kernel-model";\nimport { show } from "@mm-lab/helpers";\nconst random = new model.Random(1);`,
  );
});

afterAll(() => kernel.kill());

/** The code with the cursor at "|". */
function at(code: string): { readonly code: string; readonly cursor_pos: number; readonly detail_level: number } {
  return { code: code.replace("|", ""), cursor_pos: Array.from(code).indexOf("|"), detail_level: 0 };
}

const complete = (code: string) => kernel.request("shell", "complete_request", at(code));
const inspect = async (code: string): Promise<string> => {
  const reply = await kernel.request("shell", "inspect_request", at(code));
  return reply["found"] === true ? ((reply["data"] as Record<string, string>)["text/plain"] ?? "") : "not found";
};

test("tab completes names of the model, of own variables and of what is being written", async () => {
  expect(await complete("model.checkI|")).toMatchObject({
    status: "ok",
    matches: ["checkInteger"],
    cursor_start: 6,
    cursor_end: 12,
  });
  expect((await complete("random.|"))["matches"]).toEqual(
    expect.arrayContaining(["below", "exponential", "next", "uint32"]),
  );
  expect((await complete("const abcdef = 1; abc|"))["matches"]).toContain("abcdef");
});

test("positions count characters, whatever stands before the cursor", async () => {
  expect(await complete(`const s = "🐧🐧"; model.checkI|`)).toMatchObject({
    matches: ["checkInteger"],
    cursor_start: 22,
    cursor_end: 28,
  });
});

test.each([
  "model.checkInteger|",
  "model.check|Integer",
  "model.checkInteger(|",
  `model.checkInteger("a", |`,
  `model.checkInteger("a", 3, { |`,
])("shift-tab explains %s with its docstring", async (code) => {
  const text = await inspect(code);
  expect(text).toMatch(/^function checkInteger\(what: string, value: unknown, range\?: .*\): number\n/);
  expect(text).toContain("Returns `value` if it is an integer in the range, else throws InputError.");
});

test("shift-tab explains classes, methods and helpers, with parameters and examples", async () => {
  expect(await inspect("random.bel|ow(6)")).toContain("An integer from 0 to n - 1");
  expect(await inspect("new model.Rand|om(1)")).toMatch(/Seeded pseudo-random numbers|@param seed/);
  expect(await inspect("sho|w(1)")).toContain("@example");
  expect(await inspect("nothing|")).toBe("not found");
});

test("half-typed and hostile code gets an answer", async () => {
  for (const code of ["model.|", "((((|", "`${|", "class {|", "|", "const x: = |"]) {
    expect(await complete(code)).toMatchObject({ status: "ok" });
    expect(await kernel.request("shell", "inspect_request", at(code))).toMatchObject({ status: "ok" });
  }
});

test("is_complete, comm_info, history and kernel_info are answered as the protocol says", async () => {
  expect(await kernel.request("shell", "is_complete_request", { code: "const a = 1" })).toEqual({ status: "complete" });
  expect(await kernel.request("shell", "is_complete_request", { code: "function f() {" })).toEqual({
    status: "incomplete",
    indent: "  ",
  });
  expect(await kernel.request("shell", "comm_info_request", {})).toEqual({ status: "ok", comms: {} });
  expect(await kernel.request("shell", "history_request", { hist_access_type: "tail", n: 10 })).toEqual({
    status: "ok",
    history: [],
  });
  expect(await kernel.request("control", "kernel_info_request", {})).toMatchObject({
    status: "ok",
    protocol_version: "5.3",
    language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
  });
});
