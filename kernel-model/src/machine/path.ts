import type { Step } from "./step.js";

/**
 * A kernel path: a coroutine that yields its steps on shared state and returns R. Written with `yield*` and the
 * primitives only; everything else it computes is its own, and takes no time.
 *
 * @example
 * function* increment(x: Cell<number>): Path<void> {
 *   const seen = yield* READ_ONCE(x);
 *   yield* WRITE_ONCE(x, seen + 1);
 * }
 */
export type Path<R = void> = Generator<Step, R, unknown>;
