import type { Replay } from "../src/explore/replay.js";
import type { Verdict } from "../src/machine/verdict.js";

/**
 * How a search or a run ended, with what was broken: "violated (none is lost)", "bounded (maxSteps)". A test that accepts any violation
 * would also pass where the program breaks for another reason than the one it is about.
 */
export function outcome(given: Verdict | Replay): string {
  const end = "kind" in given ? given.kind : given.end;
  if ("violation" in given && given.violation !== null) return `${end} (${given.violation.what})`;
  return "bound" in given ? `${end} (${given.bound})` : end;
}
