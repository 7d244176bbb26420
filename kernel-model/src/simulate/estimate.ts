import { studentTQuantile } from "./student-t.js";

/** The mean of a measure over independent runs, with its confidence interval (Student-t). */
export interface Estimate {
  readonly name: string;
  readonly mean: number;
  /** Half of the interval's width. */
  readonly halfWidth: number;
  readonly low: number;
  readonly high: number;
  /** Of each run. */
  readonly values: Float64Array;
}

/** @param values of at least two independent runs */
export function estimate(name: string, values: Float64Array, confidence: number): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const halfWidth = studentTQuantile(confidence, n - 1) * Math.sqrt(variance / n);
  return { name, mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth, values };
}
