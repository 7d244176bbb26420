import type { SimulationResult, TimelineInterval } from "../../src/simulate/index.js";

/** One character per unit of time: on a CPU (# or its number), spinning, waiting off it, ready, asleep, interrupted. */
const LETTERS = { running: "#", ready: ".", waiting: "W", sleeping: "z", interrupted: "i" } as const;

/** A timeline as text, a row per task, so that a test can show what it expects. Blank: not there. */
export function draw(result: SimulationResult, unit: number, { cpus = false } = {}): string[] {
  const rows = new Map<string, string[]>();
  for (const { task, from, to, state, cpu } of result.timeline!.intervals) {
    if (from % unit !== 0 || to % unit !== 0)
      throw new Error(`${task} changes at ${from} to ${to}, not at multiples of ${unit}`);
    const row = rows.get(task) ?? [];
    rows.set(task, row);
    const letter =
      state === "running" && cpus ? String(cpu) : state === "waiting" && cpu !== null ? "s" : LETTERS[state];
    for (let at = from / unit; at < to / unit; at++) row[at] = letter;
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([task, row]) => `${task} ${Array.from(row, (letter) => letter ?? " ").join("")}`);
}

/** What the intervals of one task say. */
export function story(intervals: readonly TimelineInterval[], name: string): string[] {
  return intervals
    .filter(({ task }) => task === name)
    .map(({ from, to, state, on }) => `${from}-${to} ${state}${on === null ? "" : ` for ${on}`}`);
}
