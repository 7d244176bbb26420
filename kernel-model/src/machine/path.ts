import { capturesSites, enterSite } from "./site.js";
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

/**
 * A path under the kernel's name of its function, which traces show for its steps and those of the helpers that it calls.
 * The name is told, not guessed: it survives a bundler that shortens names. Costs a call where no trace is recorded.
 *
 * @param name as in the kernel's source, e.g. `zswap_store`
 * @example
 * const increment = kernelPath("atomic_inc_slow", function* (x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * });
 * const isTwo = alwaysAtEnd("x is 2", (x) => x.value === 2);
 * const program = define({ name: "one increment", setup: () => new Cell("x", 0), tasks: (x) => ({ A: increment(x) }), properties: [isTwo] });
 * explore(program).violation.function; // => "atomic_inc_slow"
 */
export function kernelPath<A extends unknown[], R>(
  name: string,
  body: (...args: A) => Path<R>,
): (...args: A) => Path<R> {
  return (...args) => (capturesSites() ? within(name, body(...args)) : body(...args));
}

/** The path, with its name as the running one whenever it runs. */
function* within<R>(name: string, path: Path<R>): Path<R> {
  let done: unknown;
  for (;;) {
    const outer = enterSite(name);
    let next: IteratorResult<Step, R>;
    try {
      next = path.next(done);
    } finally {
      enterSite(outer);
    }
    if (next.done === true) return next.value;
    // eslint-disable-next-line no-restricted-syntax -- hands on what the path yields, which is a step already
    done = yield next.value;
  }
}
