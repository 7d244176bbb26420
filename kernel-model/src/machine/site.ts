/**
 * Which kernel function performs a step, for traces. Paths of the library say so by `kernelPath`; those that are
 * written in a cell are read off the call stack. Both only while a trace is recorded: it costs up to microseconds a step.
 */
let capturing = false;
/** The innermost `kernelPath` that is running, while capturing. */
let running: string | null = null;

/** Frames in these folders are not the caller's. */
const OURS = /[\\/]kernel-model[\\/](?:src|dist)[\\/](?:machine|primitives|simulate|explore)[\\/]/;

/** Runs `run` with the performing function of each step recorded in `Step.site`. */
export function withSites<T>(run: () => T): T {
  const outer = capturing;
  capturing = true;
  try {
    return run();
  } finally {
    capturing = outer;
  }
}

/** Whether steps now say who performs them. */
export function capturesSites(): boolean {
  return capturing;
}

/** The named path that runs from now on; what was running before, to be set again after it. */
export function enterSite(name: string | null): string | null {
  const outer = running;
  running = name;
  return outer;
}

/**
 * The kernel function that now makes a step; null if not capturing, or if neither a name nor the stack tells. On the
 * stack it is the innermost path outside these folders: a generator, whose frame stands on one of its own `next`.
 */
export function captureSite(): string | null {
  if (!capturing) return null;
  if (running !== null) return running;
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
