import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Evidence, type Finding } from "../../../src/base/claims.js";
import { finish } from "../../../src/base/run.js";
import { claimMutants } from "../../../src/mechanisms/ksm/evidence/claim-mutants.js";
import { claims, questions } from "../../../src/mechanisms/ksm/evidence/claims.js";
import { kernelSubject } from "../../../src/mechanisms/ksm/evidence/subject.js";

const evidence = new Evidence((name) =>
  readFileSync(new URL(`../../../../data/live/${name}`, import.meta.url), "utf8"),
);

const ofKernel = (id: string): Finding => finish(evidence.finding(id, claims));

test("every experiment has a mutant, and every mutant an experiment", () => {
  expect(Object.keys(claimMutants).sort()).toEqual(Object.keys(claims).sort());
});

describe("each experiment could have said no: of its mutant it finds something else", () => {
  test.each(Object.entries(claimMutants))(
    "%s",
    (id, { change, of }) => {
      const kernel = ofKernel(id);
      const asked = questions[id]!(of(kernelSubject(evidence)));
      const mutant = "next" in asked ? finish(asked) : asked;
      expect(mutant.verdict, `${change}: ${mutant.seen}`).not.toBe(kernel.verdict);
    },
    300_000,
  );
});

test("a verdict that depends says where it holds and where not", () => {
  for (const id of ["scan-reduction-20-25", "cpu-25-percent", "pages-to-scan-40-50"]) {
    const { verdict, map, seen } = ofKernel(`ksm-smart-scan.${id}`);
    expect([id, verdict]).toEqual([id, "depends"]);
    for (const point of map!) expect(seen).toContain(`${point.at}: ${point.seen}`);
    expect(new Set(map!.map(({ holds }) => holds)).size).toBe(2);
  }
});
