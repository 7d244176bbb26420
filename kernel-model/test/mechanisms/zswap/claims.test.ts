import { expect, test } from "vitest";
import { Evidence } from "../../../src/base/claims.js";
import { claims } from "../../../src/mechanisms/zswap/evidence/claims.js";

test("the verdicts of the topic, and what was seen", () => {
  const evidence = new Evidence(() => "");
  const found = Object.fromEntries(
    Object.keys(claims).map((id) => [id.replace("zswap-refcount.", ""), evidence.finding(id, claims)]),
  );
  expect(Object.fromEntries(Object.entries(found).map(([id, { verdict }]) => [id, verdict]))).toEqual({
    "leak-buggy": "reproduced",
    "no-leak-fixed": "reproduced",
    "leak-size": "reproduced",
    "saturation-warning": "contradicted",
  });
  expect(found["leak-size"]!.seen).toMatch(/stores - runs exactly.* 1\.998 a run where rate x delay is 2/);
  expect(found["saturation-warning"]!.seen).toMatch(
    /it saturates and warns "refcount_t: saturated; leaking memory\.".*base \+ 2 with the worker queued again while it runs/,
  );
});
