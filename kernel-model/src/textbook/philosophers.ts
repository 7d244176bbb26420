import type { Path } from "../machine/path.js";
import { define, type Program } from "../machine/program.js";
import { Mutex, mutexLock, mutexUnlock } from "../primitives/mutex.js";

function* dine(first: Mutex, second: Mutex): Path {
  yield* mutexLock(first);
  yield* mutexLock(second);
  yield* mutexUnlock(second);
  yield* mutexUnlock(first);
}

interface State {
  readonly forks: readonly Mutex[];
}

/**
 * Dijkstra's dining philosophers: each needs the fork on the left and the one on the right.
 *
 * @param seats 2 to 8
 * @param order "left first" lets all of them hold one fork and wait; "lower first" cannot
 */
export function philosophers(seats: number, order: "left first" | "lower first"): Program<State> {
  return define({
    name: `${seats} philosophers, ${order}`,
    // The deadlock itself is the textbook's answer; lockdep would name the cause before it happens.
    ignore: ["lock-order-inversion"],
    setup: (): State => ({ forks: Array.from({ length: seats }, (_, i) => new Mutex(`fork[${i}]`)) }),
    tasks: ({ forks }) =>
      Object.fromEntries(
        forks.map((left, i) => {
          const right = forks[(i + 1) % seats]!;
          const swap = order === "lower first" && i === seats - 1;
          return [`philosopher ${i}`, swap ? dine(right, left) : dine(left, right)];
        }),
      ),
  });
}
