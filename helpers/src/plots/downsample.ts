import { checkInteger, InputError } from "@mm-lab/kernel-model";

/**
 * Row numbers of at most about `target` points that keep every bucket's smallest and largest value: no spike is lost.
 * The first and last points are kept. x is taken to ascend. NaN values are skipped. O(n).
 *
 * @param target 4 or more
 * @example minMaxDownsample(latencies, 2000)
 */
export function minMaxDownsample(y: ArrayLike<number>, target: number): number[] {
  checkInteger("target", target, { min: 4, unit: "points" });
  const n = y.length;
  if (n <= target) return Array.from({ length: n }, (_, i) => i);
  const buckets = Math.floor((target - 2) / 2);
  const kept = [0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (n - 2)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (n - 2)) / buckets);
    let low = -1;
    let high = -1;
    for (let i = from; i < to; i++) {
      const value = y[i]!;
      if (Number.isNaN(value)) continue;
      if (low < 0 || value < y[low]!) low = i;
      if (high < 0 || value > y[high]!) high = i;
    }
    if (low < 0) continue;
    kept.push(Math.min(low, high));
    if (high !== low) kept.push(Math.max(low, high));
  }
  kept.push(n - 1);
  return kept;
}

/**
 * Row numbers of `target` points chosen by the largest-triangle-three-buckets method (Steinarsson 2013): the line looks
 * the same at a glance, but single spikes may be lost. x must ascend; no NaN. O(n).
 *
 * @param target 3 or more
 * @example lttbDownsample(times, latencies, 2000)
 */
export function lttbDownsample(x: ArrayLike<number>, y: ArrayLike<number>, target: number): number[] {
  checkInteger("target", target, { min: 3, unit: "points" });
  if (x.length !== y.length)
    throw new InputError("the length of y", y.length, `${x.length}, as of x`, "give one y for each x");
  const n = x.length;
  if (n <= target) return Array.from({ length: n }, (_, i) => i);
  const width = (n - 2) / (target - 2);
  const kept = [0];
  let chosen = 0;
  for (let bucket = 0; bucket < target - 2; bucket++) {
    const from = 1 + Math.floor(bucket * width);
    const to = 1 + Math.floor((bucket + 1) * width);
    const nextTo = Math.min(n, 1 + Math.floor((bucket + 2) * width));
    let meanX = 0;
    let meanY = 0;
    const count = Math.max(1, nextTo - to);
    for (let i = to; i < to + count; i++) {
      meanX += x[Math.min(i, n - 1)]! / count;
      meanY += y[Math.min(i, n - 1)]! / count;
    }
    let best = from;
    let largest = -1;
    for (let i = from; i < to; i++) {
      const area = Math.abs((x[chosen]! - meanX) * (y[i]! - y[chosen]!) - (x[chosen]! - x[i]!) * (meanY - y[chosen]!));
      if (area > largest) {
        largest = area;
        best = i;
      }
    }
    kept.push(best);
    chosen = best;
  }
  kept.push(n - 1);
  return kept;
}
