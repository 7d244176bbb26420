import { afterAll, beforeAll, expect, test } from "vitest";
import { contents, errorOf, JupyterClient, resultText, streamText } from "./jupyter-client.js";

let kernel: JupyterClient;

beforeAll(async () => {
  const given = { pages: "200_000_000", policy: "none", "<b>": "<script>" };
  kernel = await JupyterClient.start({ env: { MMLAB_PARAMS: JSON.stringify(given) } });
  await kernel.execute(`import { ksm, parameter } from "@mm-lab/kernel-model";`);
  await kernel.execute(`import { experiment, params, provenance, show, showLive, usedParams } from "@mm-lab/helpers";`);
});

afterAll(() => kernel.kill());

const slow = (steps: number): string => `
  const all${steps} = await experiment(function* () {
    for (let i = 0; i < ${steps}; i++) {
      const end = performance.now() + 20;
      while (performance.now() < end);
      yield { done: i + 1, total: ${steps}, note: "scan <" + i + ">" };
    }
    return ${steps};
  }, { title: "KSM & co" });
  all${steps}`;

test("an experiment returns its result; a bar is drawn at most ten times a second and leaves the same as no bar", async () => {
  const quick = await kernel.execute(slow(2));
  const long = await kernel.execute(slow(60));
  expect([resultText(quick), resultText(long)]).toEqual(["2", "60"]);
  const drawn = contents(long, "update_display_data");
  expect(drawn.length).toBeGreaterThan(2);
  expect(drawn.length).toBeLessThan(60 / 2);
  const first = drawn[0]?.["data"] as Record<string, string>;
  const done = Number(/^KSM & co: (\d+) of 60/.exec(first["text/plain"]!)?.[1]);
  expect(first["text/html"]).toContain(`<progress aria-label="KSM &#38; co" max="60" value="${done}"`);
  expect(first["text/html"]).toContain("scan &#60;");
  expect(first["text/plain"]).toBe(`KSM & co: ${done} of 60 (${Math.round((100 * done) / 60)} %), scan <${done - 1}>`);
  // What is stored is the last state of the one display.
  const stored = [contents(quick, "display_data"), contents(long, "display_data")].map((displays) =>
    displays.map(({ data, metadata }) => ({ data, metadata })),
  );
  expect(stored[0]).toEqual([{ data: { "text/plain": "" }, metadata: {} }]);
  expect(stored[1]).toEqual(stored[0]);
  expect(drawn.at(-1)).toMatchObject({
    data: { "text/plain": "" },
    transient: contents(long, "display_data")[0]?.["transient"],
  });
  expect(contents(quick, "update_display_data")).toEqual([]);
});

test("what the work throws is thrown; work in no accepted form is refused", async () => {
  expect(
    errorOf(await kernel.execute(`await experiment(async () => { throw new RangeError("inside"); })`)).evalue,
  ).toBe("inside");
  expect(errorOf(await kernel.execute(`await experiment((() => 5) as never)`)).evalue).toBe(
    "the work of an experiment is 5; accepted: a generator, or a function that returns one or a promise. Next: write `experiment(function* () { … })`.",
  );
});

test("parameters: typed, overridden from outside, shown escaped, recorded", async () => {
  const shown = await kernel.execute(`
    const p = params({
      pages: parameter.integer({ default: 100_000, min: 1, unit: "pages", meaning: "" }),
      policy: parameter.choice(["smart", "none"], { default: "smart", meaning: "what to skip" }),
      sleep: 20,
      "<b>": "x",
    });
    const pages: number = p.pages;
    const policy: "smart" | "none" = p.policy;
    p`);
  expect(shown.reply["status"]).toBe("ok");
  const data = contents(shown, "execute_result")[0]?.["data"] as Record<string, string>;
  expect(data["text/plain"]).toBe(
    "pages = 200,000,000 pages (default 100,000)\npolicy = none (what to skip; default smart)\nsleep = 20\n<b> = <script> (default x)",
  );
  expect(data["text/html"]).toContain("&#60;script&#62;");
  expect(data["text/html"]).not.toMatch(/<b>|<script/);
  expect(resultText(await kernel.execute("JSON.stringify([usedParams(), pages])"))).toBe(
    `'[{"pages":200000000,"policy":"none","sleep":20,"<b>":"<script>"},200000000]'`,
  );
  expect(
    errorOf(
      await kernel.execute(
        `const wrong: "all" = params({ policy: parameter.choice(["smart", "none"], { default: "smart", meaning: "" }) }).policy;`,
      ),
    ).ename,
  ).toBe("TypeScriptError");
});

test.each([
  [
    "params({ page: 1 })",
    /a parameter of this notebook \(-p\) is "pages"; accepted: page\. Next: did you mean "page"\./,
  ],
  [
    `params({ pages: 1, policy: 2, "<b>": "" })`,
    /^policy is "none"; accepted: a number\. Next: give a value in that range\.$/,
  ],
  [
    `params({ ...ksm.scanParameters.with({ pages: 1_000 }), policy: "a", "<b>": "" })`,
    /^pages is 200000000; accepted: an integer from 1 to 134217728 pages\. Next: give a number of pages/,
  ],
  [
    `params({ pages: 1, policy: parameter.choice(["a", "nine"], { default: "a", meaning: "" }), "<b>": "" })`,
    /^policy is "none"; accepted: one of "a", "nine"\. Next: /,
  ],
  [
    `params({ pages: 1, policy: true, "<b>": "" })`,
    /^policy is "none"; accepted: one of true, false\. Next: use one of these\.$/,
  ],
  [
    `params({ seed: ksm.scanParameters.parameters.seed })`,
    /^the parameter seed is undefined; accepted: a number, a text, true or false as its default\. Next: give it one, e\.g\. \.\.\.schema\.with\(\{ seed: 1 \}\)\.$/,
  ],
])("%s is refused", async (code, message) => {
  const { ename, evalue } = errorOf(await kernel.execute(code));
  expect(ename).toBe("InputError");
  expect(evalue).toMatch(message);
});

test("show displays at once, in order; showLive replaces in place", async () => {
  const execution = await kernel.execute(`
    const rich = (text: string) => ({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>" + text + "</b>" }) });
    console.log("a"); show(rich("one")); console.log("b"); show(42);
    const live = showLive(rich("two")); live.update(rich("three"));`);
  const seen = execution.messages
    .map(({ content }) => (content["data"] as Record<string, string> | undefined)?.["text/html"] ?? content["text"])
    .filter((text) => text !== undefined);
  expect(seen).toEqual(["a\n", "<b>one</b>", "b\n42\n", "<b>two</b>", "<b>three</b>"]);
  const [, two] = contents(execution, "display_data");
  expect(contents(execution, "update_display_data")[0]?.["transient"]).toEqual(two?.["transient"]);
});

test("provenance states versions, commit and parameters, the same each time", async () => {
  await kernel.execute(`params({ pages: 1, policy: "", "<b>": "" })`);
  const [first, second] = [
    resultText(await kernel.execute("provenance()")),
    resultText(await kernel.execute("provenance()")),
  ];
  expect(first).toMatch(
    /^Computed with mm-lab 0\.1\.0, Node\.js \d+, tslab 1\.0\.22, arquero 8\.\S+, vega-lite 5\.\S+\.\nCode: (commit [0-9a-f]+ of \d{4}-\d\d-\d\d|not under version control)\.\nParameters: pages = 200000000, policy = none, <b> = <script>\.$/,
  );
  expect(second).toBe(first);
  expect(streamText(await kernel.execute("1"))).toBe("");
});
