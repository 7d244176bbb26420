import { expect, test, vi } from "vitest";
import { PUBLISHED } from "../../bench/published.js";
import { explore } from "../../src/explore/explore.js";

// The benchmarks import the package as it is built; here it is the source, as in every test beside this one.
vi.mock("@mm-lab/kernel-model", () => import("../../src/index.js"));

test.each(PUBLISHED.map((published) => [published.name, published] as const))(
  "%s: as many schedules as GenMC has executions, none in vain",
  (_name, { program, executions }) => {
    const { kind, effort } = explore(program);
    expect([kind, effort.schedules, effort.redundant]).toEqual(["exhausted", executions, 0]);
  },
);
