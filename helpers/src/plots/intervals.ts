/** 97.5% quantiles of Student's t for 1 to 30 degrees of freedom. */
const T = [
  12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814, 2.20099, 2.17881, 2.16037,
  2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596, 2.07961, 2.07387, 2.06866, 2.0639, 2.05954, 2.05553,
  2.05183, 2.04841, 2.04523, 2.04227,
];

/** 97.5% quantile of Student's t; beyond 30 degrees of freedom by the first terms of the expansion around the normal (error below 1e-5). */
export function studentT975(freedom: number): number {
  const z = 1.959964;
  return (
    T[freedom - 1] ??
    z +
      (z ** 3 + z) / (4 * freedom) +
      (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
      (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}

/** 95% confidence interval of the mean of independent measurements; NaN for fewer than two. */
export function confidenceInterval(values: readonly number[]): [number, number] {
  const n = values.length;
  if (n < 2) return [NaN, NaN];
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1);
  const half = studentT975(n - 1) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

/** Quantile of ascending values, interpolated between neighbours (type 7 of Hyndman and Fan, as R and NumPy do). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}
