/**
 * Which kernel function performs a step: read off the call stack, and only while a trace is recorded (a stack costs
 * microseconds). Engines whose stacks look different give null, and the task's name stands in.
 */
let capturing = false;

/** Frames in these folders are not the caller's. */
const OURS = /[\\/]kernel-model[\\/](?:src|dist)[\\/](?:machine|primitives|simulate|explore)[\\/]/;

/** Runs `run` with the performing function of each step recorded in {@link Step.site}. */
export function withSites<T>(run: () => T): T {
  const outer = capturing;
  capturing = true;
  try {
    return run();
  } finally {
    capturing = outer;
  }
}

/** The innermost function outside machine/ and primitives/ that is now running, by its kernel name; null if not capturing. */
export function captureSite(): string | null {
  if (!capturing) return null;
  for (const line of (new Error().stack ?? "").split("\n").slice(2)) {
    const frame = /^\s*at (?:async )?(?:[\w$<>]+\.)*([\w$]+) \((.*?)\)?$/.exec(line);
    if (frame === null) continue;
    const [, name = "", file = ""] = frame;
    if (name === "next" || OURS.test(file)) continue;
    return kernelName(name);
  }
  return null;
}

/** `zswapStore` -> `zswap_store`; names without capitals stay. */
export function kernelName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
