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

/**
 * The innermost path outside these folders that is now running, by its kernel name; null if not capturing. A path is a
 * generator, whose frame stands on one of its own `next`; helpers that only make a step are passed over.
 */
export function captureSite(): string | null {
  if (!capturing) return null;
  const lines = (new Error().stack ?? "").split("\n");
  for (let i = 2; i + 1 < lines.length; i++) {
    const frame = /^\s*at (?:[\w$<>]+\.)*([\w$]+)(?: \[as [\w$]+\])? \((.*?)\)?$/.exec(lines[i]!);
    if (frame !== null && /\.next \(<anonymous>\)$/.test(lines[i + 1]!) && !OURS.test(frame[2]!))
      return kernelName(frame[1]!);
  }
  return null;
}

/** `zswapStore` -> `zswap_store`; names without capitals stay. */
export function kernelName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
