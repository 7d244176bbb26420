import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import * as aq from "arquero";
import { expect, test } from "vitest";
import * as helpers from "@mm-lab/helpers";
import * as model from "@mm-lab/kernel-model";
import { runExample } from "./run-example.js";

const { scenarios: classics } = await model.explorables[0]!.load();

/** Results of the kinds that examples speak of, so that an example can be one line. */
const policies = ["none", "kernel"];
const rows = policies.flatMap((policy) =>
  [1, 2, 3].map((scan) => ({
    policy,
    scan,
    workload: policy,
    pages_skipped: scan * 1000,
    pages_sharing: 100 * scan,
    rss: 4096 * scan,
    pages_to_scan: 100 * scan,
    cost: scan,
    max_age: policy,
    saved: scan / 10,
    from: scan,
    to: scan + 1,
    task: policy,
    state: "running",
    thp: policy,
    threads: scan,
    latency: 1000 * scan,
  })),
);
const results = helpers.table(rows);
const chart = (): helpers.Chart => helpers.lineChart(results, { title: "t", x: "scan", y: "cost", color: "policy" });
const samples = {
  policies,
  results,
  runs: rows,
  faults: rows,
  trace: rows,
  grid: rows.filter(({ policy }) => policy === "none"),
  cost: [
    { policy: "none", cpu: 3 },
    { policy: "kernel", cpu: 1 },
  ],
  chart: chart(),
  model: rows,
  measured: rows,
  a: { title: "model", x: "scan", y: "cost", color: "policy" },
  b: { title: "measured", x: "scan", y: "saved", color: "policy" },
  program: classics.find(({ name }) => name === "treiber-aba")!.program,
  groups: [
    {
      name: "worker",
      count: 2,
      path: function* work() {
        yield* model.compute(100);
      },
    },
  ],
  times: [1, 2, 3, 4],
  latencies: [4, 3, 2, 1],
  console: { log: () => undefined },
};
const scope: Record<string, unknown> = { ...model, ...model.ksm, ...helpers, aq, ...samples };

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith(".ts") ? [path] : [];
  });
}

/** Text of each `@example`, comment marks taken off. */
function examples(file: string): string[] {
  const comments = readFileSync(file, "utf8").match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) =>
    comment
      .slice(3, -2)
      .split(/@example/)
      .slice(1)
      .map((part) =>
        part
          .split(/\n\s*\*\s*@/)[0]!
          .replace(/^[ \t]*\* ?/gm, "")
          .trim(),
      ),
  );
}

/** Folders of helpers that notebooks do not see: their functions are run by tests of their own. */
const INTERNAL = /^helpers\/src\/(?:export|run|cli|doctor)\//;

const all = ["kernel-model/src", "helpers/src"]
  .flatMap((folder) => files(join(helpers.root, folder)))
  .flatMap((file) => examples(file).map((code) => [relative(helpers.root, file), code] as const))
  .filter(([file]) => !INTERNAL.test(file));

test("there are examples in both packages", () => {
  expect(all.filter(([file]) => file.startsWith("kernel-model")).length).toBeGreaterThan(5);
  expect(all.filter(([file]) => file.startsWith("helpers")).length).toBeGreaterThan(15);
});

test.each(all)("the example in %s runs: %s", async (_file, code) => {
  await runExample(code, scope);
});
