import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ClaimsTable, countVerdicts, judgeClaims, readLedger, root, topicsTable } from "@mm-lab/helpers";
import { mechanisms } from "@mm-lab/kernel-model";

const all = await judgeClaims();
const judged = all.filter(({ topic }) => topic === "ksm-smart-scan");

test("the ledger holds every claim once, and each KSM claim has an experiment", async () => {
  const ledger = readLedger();
  expect(ledger).toHaveLength(612);
  expect(new Set(ledger.map(({ id }) => id)).size).toBe(612);
  expect(judged.map(({ verdict }) => verdict)).not.toContain("not-yet");
  const { claims } = await mechanisms[0]!.claims();
  expect(Object.keys(claims).sort()).toEqual(judged.map(({ id }) => id).sort());
});

test("verdicts of the KSM claims", () => {
  expect(Object.fromEntries(judged.map(({ id, verdict }) => [id.replace("ksm-smart-scan.", ""), verdict])))
    .toMatchInlineSnapshot(`
    {
      "age-cap": "reproduced",
      "age-increment-rule": "reproduced",
      "cpu-25-percent": "reproduced",
      "instagram-20m-15m": "reproduced",
      "madvise-and-prctl": "reproduced",
      "max-skip": "reproduced",
      "no-history-before": "reproduced",
      "off-by-default": "changed-since",
      "pages-skipped-counter": "reproduced",
      "pages-to-scan-40-50": "contradicted",
      "scan-reduction-20-25": "reproduced",
      "short-lived-pages-gain": "reproduced",
      "skip-grows-with-failures": "reproduced",
      "steady-state-share": "reproduced",
      "sysfs-path-slip": "reproduced",
      "two-fields": "reproduced",
    }
  `);
});

test("every finding states numbers that were seen", () => {
  for (const { id, seen } of judged) expect(`${id}: ${seen}`).toMatch(/\d|exists/);
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
    "ksm-smart-scan: 16 claims: 14 reproduced, 1 contradicted, 1 changed-since",
  );
});

test("the README has the table of topics as it is now", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const written = /<!-- topics:begin[^>]*-->\n([\s\S]*?)\n<!-- topics:end -->/.exec(readme)?.[1];
  expect(written, "run: node helpers/setup/script.mjs helpers/scripts/readme.cts").toBe(topicsTable(all));
});
