import type { Path } from "../../../machine/path.js";
import { READ_ONCE, WRITE_ONCE, xchg, type Cell } from "../../../primitives/cell.js";
import { compute } from "../../../primitives/time.js";

/** What a scan does with the written flag of a page: it says whether the page was written, and resets the flag. */
export type GetAndClear = (written: Cell<boolean>) => Path<boolean>;

export function* write(written: Cell<boolean>): Path {
  yield* WRITE_ONCE(written, true);
}

/** make_uffd_wp_pte() of fs/proc/task_mmu.c, Linux 6.7: the PTE is taken out and put back in one go. */
export function* atomically(written: Cell<boolean>): Path<boolean> {
  return yield* xchg(written, false);
}

/** Two calls, as before PM_SCAN_WP_MATCHING; `gap`: ns between them. */
export function* inTwoSteps(written: Cell<boolean>, gap = 0): Path<boolean> {
  const seen = yield* READ_ONCE(written);
  if (gap > 0) yield* compute(gap);
  yield* WRITE_ONCE(written, false);
  return seen;
}
