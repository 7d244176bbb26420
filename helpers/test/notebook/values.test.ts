import { afterAll, beforeAll, expect, test } from "vitest";
import { contents, errorOf, JupyterClient, resultText } from "./jupyter-client.js";

let kernel: JupyterClient;

beforeAll(async () => {
  kernel = await JupyterClient.start();
});

afterAll(() => kernel.kill());

test.each([
  ["42", "42"],
  ["'text'", "'text'"],
  ["null", "null"],
  ["undefined", undefined],
  ["const declared = 1;", undefined],
  ["[1, { a: 2n }]", "[ 1, { a: 2n } ]"],
  ["Promise.resolve(7)", "7"],
  ["await Promise.resolve({ pages: 1 })", "{ pages: 1 }"],
  ["async function g() { return 5; }\ng()", "5"],
])("the last value %s prints as %s", async (code, expected) => {
  const execution = await kernel.execute(code);
  expect(execution.reply["status"]).toBe("ok");
  expect(resultText(execution)).toBe(expected);
  if (expected !== undefined) {
    expect(contents(execution, "execute_result")).toEqual([
      { execution_count: execution.reply["execution_count"], data: { "text/plain": expected }, metadata: {} },
    ]);
  }
});

test("a value with the display symbol is shown with its whole bundle, also out of a promise", async () => {
  await kernel.execute(
    `const rich = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>rich</b>", "text/plain": "plain" }) };`,
  );
  for (const code of ["rich", "Promise.resolve(rich)"]) {
    expect(contents(await kernel.execute(code), "execute_result")[0]?.["data"]).toEqual({
      "text/html": "<b>rich</b>",
      "text/plain": "plain",
    });
  }
});

test("Arquero tables and datasets of the model are shown as tables", async () => {
  const table = await kernel.execute(`import * as aq from "arquero";\naq.table({ pages: [1, 2] })`);
  expect(contents(table, "execute_result")[0]?.["data"]).toHaveProperty(
    "text/html",
    expect.stringContaining("<caption"),
  );
  const dataset = await kernel.execute(
    `({ title: "Counters", columns: [{ name: "pages_sharing", unit: "pages", meaning: "m", values: [1, 2] }] })`,
  );
  expect(contents(dataset, "execute_result")[0]?.["data"]).toHaveProperty(
    "text/html",
    expect.stringContaining("pages_sharing"),
  );
});

test("a value that cannot be shown is an error of the cell, not the end of the kernel", async () => {
  const broken = await kernel.execute(
    `({ [Symbol.for("Jupyter.display")]: () => { throw new Error("cannot draw"); } })`,
  );
  expect(broken.reply["status"]).toBe("error");
  expect(errorOf(broken).evalue).toBe("cannot draw");
  expect(resultText(await kernel.execute("6 * 7"))).toBe("42");
});

test("execution counts rise by one, with execute_input; silent and unstored cells do not count", async () => {
  const first = await kernel.execute("1");
  const count = Number(first.reply["execution_count"]);
  expect(contents(first, "execute_input")).toEqual([{ code: "1", execution_count: count }]);
  const silent = await kernel.execute("2", { silent: true });
  expect(silent.messages.map(({ header }) => header.msg_type)).toEqual(["status", "status"]);
  await kernel.execute("3", { store_history: false });
  expect((await kernel.execute("4")).reply["execution_count"]).toBe(count + 1);
});

test("variables can be declared anew, with another type", async () => {
  await kernel.execute(`let again = 1; class Shape { sides = 3 }`);
  await kernel.execute(`let again = "text"; class Shape { sides = "four" }`);
  expect(resultText(await kernel.execute(`again.toUpperCase() + new Shape().sides.length`))).toBe("'TEXT4'");
});

test("a variable of an earlier cell may stand as a shorthand property, which plain tslab does not find", async () => {
  await kernel.execute("let pages = 3;\nconst other = { pages: 9, scans: 4 };");
  expect(resultText(await kernel.execute("JSON.stringify({ pages, twice: [{ pages }] })"))).toBe(
    `'{"pages":3,"twice":[{"pages":3}]}'`,
  );
  expect(resultText(await kernel.execute("const own = 1;\nJSON.stringify({ own, pages })"))).toBe(
    `'{"own":1,"pages":3}'`,
  );
  await kernel.execute("({ pages, scans: pages = pages } = other);");
  expect(resultText(await kernel.execute("pages"))).toBe("4");
  await kernel.execute("({ pages = 5 } = {} as { pages?: number });");
  expect(resultText(await kernel.execute("pages"))).toBe("5");
  expect(resultText(await kernel.execute("[1, 2].map((pages) => JSON.stringify({ pages })).join()"))).toBe(
    `'{"pages":1},{"pages":2}'`,
  );
});
