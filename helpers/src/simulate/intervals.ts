import { InputError, type TimelineInterval } from "@mm-lab/kernel-model";

/** What a timeline is drawn from: its stretches, a `Timeline`, or a simulation's result that recorded one. */
export type IntervalSource =
  | readonly TimelineInterval[]
  | { readonly intervals: readonly TimelineInterval[]; readonly cutAt?: number | null }
  | { readonly timeline: { readonly intervals: readonly TimelineInterval[]; readonly cutAt?: number | null } | null };

/** The stretches of a source, and from when on some are missing because the simulator kept no more. */
export interface Intervals {
  readonly intervals: readonly TimelineInterval[];
  readonly cutAt: number | null;
}

/** Throws InputError for a result without a timeline, and for anything that is none. */
export function intervalsOf(source: IntervalSource): Intervals {
  const given = source as unknown;
  if (Array.isArray(given)) return { intervals: given.map(check), cutAt: null };
  const inner = typeof given === "object" && given !== null && "timeline" in given ? given.timeline : given;
  if (inner === null && inner !== given)
    throw new InputError(
      "the timeline of the result",
      null,
      "a run that recorded one",
      "simulate with `timeline: true`",
    );
  const { intervals, cutAt = null } = (inner ?? {}) as { intervals?: unknown; cutAt?: number | null };
  if (!Array.isArray(intervals))
    throw new InputError(
      "the source of a timeline",
      source,
      "the stretches of a simulation, its timeline, or its result",
      "pass what `simulate` returned",
    );
  return { intervals: intervals.map(check), cutAt };
}

function check(interval: unknown, row: number): TimelineInterval {
  const given = (interval ?? {}) as Partial<TimelineInterval>;
  if (
    typeof given.task === "string" &&
    typeof given.state === "string" &&
    Number.isFinite(given.from) &&
    Number.isFinite(given.to) &&
    given.from! <= given.to!
  )
    return interval as TimelineInterval;
  throw new InputError(
    `stretch ${row} of the timeline`,
    interval,
    "{ task, taskId, from, to, state, on, cpu } with finite times, the end not before the beginning",
    "pass the intervals as `simulate` gave them",
  );
}
