import { expect } from "vitest";
import { explore } from "../../../src/explore/explore.js";
import type { Path } from "../../../src/machine/path.js";
import { define } from "../../../src/machine/program.js";
import { operation, Step } from "../../../src/machine/step.js";
import { makeZswap, type Zswap, type ZswapOptions } from "../../../src/mechanisms/zswap/index.js";

/** Bytes of a page once compressed. */
export const HALF = 2048;

/** What one task and then the workers that it started leave behind. Choices take their first outcome: nothing fails. */
export function after(options: ZswapOptions, path: (z: Zswap) => Path<unknown>): Zswap {
  let z!: Zswap;
  const sequence = define({
    name: "sequence",
    setup: () => (z = makeZswap(options)),
    tasks: () => ({ task: path(z) }),
  });
  const verdict = explore(sequence, { reduction: false, maxSchedules: 1, shrink: false });
  if (verdict.kind === "violated") throw new Error(verdict.violation.message);
  expect(["exhausted", "bounded"]).toContain(verdict.kind);
  return z;
}

const looking = operation("look", "none");

/** What `read` says at this point of a path; a path itself may look at nothing shared. */
export const look = <T>(read: () => T): Step<T> => new Step(looking, null, () => read());

/** References on the current pool. */
export const current = (z: Zswap): number => z.references(z.pools.value[0]!);
