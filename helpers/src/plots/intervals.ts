import { studentTQuantile } from "@mm-lab/kernel-model";

/** 95% confidence interval of the mean of independent measurements; NaN for fewer than two. */
export function confidenceInterval(values: readonly number[]): [number, number] {
  const n = values.length;
  if (n < 2) return [NaN, NaN];
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1);
  const half = studentTQuantile(0.95, n - 1) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

/** Quantile of ascending values, interpolated between neighbours (type 7 of Hyndman and Fan, as R and NumPy do). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}
