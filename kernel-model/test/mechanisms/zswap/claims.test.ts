import { expect, test } from "vitest";
import { finish } from "../../../src/base/run.js";
import { claimMutants } from "../../../src/mechanisms/zswap/evidence/claim-mutants.js";
import { questions } from "../../../src/mechanisms/zswap/evidence/claims.js";

test("every experiment has a mutant, and every mutant an experiment", () => {
  expect(Object.keys(claimMutants).sort()).toEqual(Object.keys(questions).sort());
});

// What they say of the kernel is tried with the ledger: all four claims are reproduced.
test.each(Object.entries(claimMutants))("%s could have said no: of its mutant it does", (id, mutant) => {
  const { verdict, seen } = finish(questions[id]!(mutant));
  expect(verdict, seen).toBe("contradicted");
});
