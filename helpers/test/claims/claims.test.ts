import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { mechanisms } from "@mm-lab/kernel-model";
import { CodeVersion } from "../../src/claims/code-version.js";
import { FindingCache } from "../../src/claims/finding-cache.js";
import { ClaimsTable, countVerdicts, judgeClaims, readLedger, topicsTable } from "../../src/claims/index.js";
import { readDataFile, root } from "../../src/data/files.js";

const folder = mkdtempSync(join(tmpdir(), "mm-lab-claims-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const code = new CodeVersion(Date.now());
const all = await judgeClaims({ cache: new FindingCache(code, { folder }) });
const judged = all.filter(({ topic }) => topic === "ksm-smart-scan");

test("the ledger holds every claim once, and those of a mechanism's topics have an experiment each", async () => {
  const ledger = readLedger();
  expect(ledger).toHaveLength(612);
  expect(new Set(ledger.map(({ id }) => id)).size).toBe(612);
  for (const { topics, claims } of mechanisms) {
    const own = all.filter(({ topic }) => topics.includes(topic));
    expect(own.map(({ verdict }) => verdict)).not.toContain("not-yet");
    const experiments = own.filter(({ check }) => check !== "record").map(({ id }) => id);
    expect(Object.keys((await claims()).claims).sort()).toEqual(experiments.sort());
  }
});

test("verdicts of the KSM claims", () => {
  expect(Object.fromEntries(judged.map(({ id, verdict }) => [id.replace("ksm-smart-scan.", ""), verdict])))
    .toMatchInlineSnapshot(`
    {
      "age-cap": "reproduced",
      "age-increment-rule": "reproduced",
      "cpu-25-percent": "depends",
      "instagram-20m-15m": "record",
      "madvise-and-prctl": "reproduced",
      "max-skip": "reproduced",
      "no-history-before": "reproduced",
      "off-by-default": "changed-since",
      "pages-skipped-counter": "reproduced",
      "pages-to-scan-40-50": "depends",
      "scan-reduction-20-25": "depends",
      "short-lived-pages-gain": "reproduced",
      "skip-grows-with-failures": "reproduced",
      "steady-state-share": "reproduced",
      "sysfs-path-slip": "reproduced",
      "two-fields": "reproduced",
    }
  `);
});

test("verdicts of the zswap claims, and what was seen", () => {
  const found = new Map(
    all
      .filter(({ topic }) => topic === "zswap-refcount")
      .map(({ id, verdict, seen }) => [id.slice(15), { verdict, seen }]),
  );
  expect(Object.fromEntries([...found].map(([id, { verdict }]) => [id, verdict]))).toEqual({
    "leak-buggy": "reproduced",
    "no-leak-fixed": "reproduced",
    "leak-size": "reproduced",
    "saturation-warning": "reproduced",
  });
  expect(found.get("leak-buggy")!.seen).toMatch(/^With 2, 3, 4 stores .* 10, 219, 8,500 schedules: /);
  expect(found.get("no-leak-fixed")!.seen).toMatch(
    /^With the fix no end state of 2, 3, 4 stores .*, proved in 12, 338, 18,551 schedules; with 2 and 3 .*, in 54 and 13,752\.$/,
  );
  expect(found.get("leak-size")!.seen).toMatch(/stores - runs exactly.* 1\.998 a run where rate x delay is 2/);
  expect(found.get("saturation-warning")!.seen).toMatch(
    /it saturates and warns "refcount_t: saturated; leaking memory\.".* Fixed: the count is never above .*\(2 stores, 7,636 schedules\)/,
  );
});

test("every finding states numbers that were seen, not only the release they were seen on", () => {
  for (const { id, seen, verdict } of all) {
    if (verdict === "not-yet" || verdict === "record" || id === "ksm-smart-scan.sysfs-path-slip") continue;
    expect(`${id}: ${seen.replaceAll(/Linux [\d.]+|\b8-bit\b|\(6\.7\)/g, "")}`).toMatch(/: .*\d/);
  }
  expect(judged.find(({ id }) => id === "ksm-smart-scan.sysfs-path-slip")?.seen).toMatch(/ exists.* does not exist/);
});

const withExperiment = all.filter(({ verdict }) => verdict !== "not-yet" && verdict !== "record");

test("what ran once is kept: the same findings, marked, and nothing runs again", async () => {
  expect(all.filter(({ cached }) => cached)).toEqual([]);
  const began = performance.now();
  const again = await judgeClaims({ cache: new FindingCache(code, { folder }) });
  expect(performance.now() - began).toBeLessThan(2000);
  expect(again.map((claim) => ({ ...claim, cached: false }))).toEqual(all);
  expect(again.filter(({ cached }) => cached).map(({ id }) => id)).toEqual(withExperiment.map(({ id }) => id));
});

test("a finding rests on the recordings that its experiment read, and on no other", () => {
  const ledger = readLedger();
  const changed = (recording: string): readonly string[] => {
    const read = (name: string): string => readDataFile("live", name) + (name === recording ? " " : "");
    const cache = new FindingCache(code, { folder, read });
    const kept = (claim: (typeof all)[number]): boolean => {
      const asked = ledger.find(({ id }) => id === claim.id)!;
      return mechanisms.some(({ name }) => cache.get(asked, name) !== undefined);
    };
    return withExperiment.filter((claim) => !kept(claim)).map(({ id }) => id.replace("ksm-smart-scan.", ""));
  };
  expect(changed("none.json")).toEqual([]);
  expect(changed("ksm-6.18.json")).toEqual(["no-history-before", "two-fields"]);
  expect(changed("ksm-claims-6.18.json")).toEqual([
    "off-by-default",
    "pages-skipped-counter",
    "sysfs-path-slip",
    "madvise-and-prctl",
  ]);
});

test("a claim without an experiment is not-yet, history is record, an unknown topic is an error", async () => {
  const others = await judgeClaims({ topic: "rcu" });
  expect(countVerdicts(others)).toMatchObject({
    reproduced: 0,
    "not-yet": others.filter(({ check }) => check !== "record").length,
    record: others.filter(({ check }) => check === "record").length,
  });
  await expect(judgeClaims({ topic: "ksm" })).rejects.toThrow('the topic is "ksm"; accepted: ');
});

test("the table's caption counts the verdicts", () => {
  expect(new ClaimsTable("ksm-smart-scan", judged).dataset().title).toBe(
    "ksm-smart-scan: 16 claims: 11 reproduced, 3 depends, 1 changed-since, 1 record",
  );
});

test("the README has the table of topics as it is now", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const written = /<!-- topics:begin[^>]*-->\n([\s\S]*?)\n<!-- topics:end -->/.exec(readme)?.[1];
  expect(written, "run: node helpers/setup/script.mjs helpers/scripts/readme.cts").toBe(topicsTable(all));
});
