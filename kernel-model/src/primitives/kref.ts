import { InputError } from "../base/errors.js";
import type { Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import type { Step } from "../machine/step.js";
import {
  refcountDecAndTest,
  refcountInc,
  refcountIncNotZero,
  refcountRead,
  refcountSet,
  RefCount,
} from "./refcount.js";

/** struct kref: a refcount_t with a release function (include/linux/kref.h). Starts at 1, as after kref_init(). */
export class Kref extends RefCount {
  constructor(name: string, memory: Memory | null = null) {
    super(name, 1, memory);
  }
}

/** Sets the count to 1. */
export function krefInit(kref: Kref): Step<void> {
  return refcountSet(kref, 1);
}

/** Reads the count. */
export function krefRead(kref: Kref): Step<number> {
  return refcountRead(kref);
}

/** One more reference, for a caller that holds one. Warns if there is none. */
export function krefGet(kref: Kref): Step<void> {
  return refcountInc(kref);
}

/** One more reference unless there is none; tells whether it got one. */
export function krefGetUnlessZero(kref: Kref): Step<boolean> {
  return refcountIncNotZero(kref);
}

/** Gives a reference back; the caller who gives the last one runs `release`, and gets true. */
export function* krefPut(kref: Kref, release: (kref: Kref) => Path<unknown>): Path<boolean> {
  if (typeof release !== "function")
    throw new InputError(
      `the release of ${kref.name}`,
      release,
      "a function that gives a path",
      "write `() => release(object)`",
    );
  if (!(yield* refcountDecAndTest(kref))) return false;
  yield* release(kref);
  return true;
}
