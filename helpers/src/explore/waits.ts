import type { Waiting } from "@mm-lab/kernel-model";

/** `held by philosopher 1`, or why nobody will come. */
export function whyWaiting({ heldBy, task }: Waiting): string {
  if (heldBy.length === 0) return "no task is left to wake it";
  return heldBy.length === 1 && heldBy[0] === task ? "held by itself" : `held by ${heldBy.join(", ")}`;
}

/** One line for each task that waits, and the circle they wait in, if it is one. */
export function waitingLines(waiting: readonly Waiting[]): string[] {
  const lines = waiting.map(
    (one) =>
      `${one.task} waits${one.function === one.task ? "" : ` in ${one.function}()`} at ${one.step}: ${whyWaiting(one)}`,
  );
  const cycle = findCycle(waiting);
  return cycle === null ? lines : [...lines, `The cycle: ${cycle.join(" -> ")} -> ${cycle[0]!}`];
}

/** Tasks of which each waits for the next and the last for the first; null if there are none. O(tasks x holders). */
export function findCycle(waiting: readonly Waiting[]): string[] | null {
  const holders = new Map(waiting.map(({ task, heldBy }) => [task, heldBy]));
  const done = new Set<string>();
  for (const { task } of waiting) {
    const found = walk(task, [], holders, done);
    if (found !== null) return found;
  }
  return null;
}

function walk(
  task: string,
  path: string[],
  holders: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): string[] | null {
  const seen = path.indexOf(task);
  if (seen >= 0) return path.slice(seen);
  if (done.has(task)) return null;
  done.add(task);
  for (const next of holders.get(task) ?? []) {
    const found = walk(next, [...path, task], holders, done);
    if (found !== null) return found;
  }
  return null;
}
