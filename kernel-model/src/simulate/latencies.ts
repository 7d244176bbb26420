// Not the package's index, which would load its WebAssembly, its log files and two compressors at every start.
import library from "hdr-histogram-js/dist/Float64Histogram.js";
import type { Float64Histogram } from "hdr-histogram-js";
import { checkNumber } from "../base/errors.js";

/**
 * The library's histogram with its bucket arithmetic on integers: Math.log2 and Math.pow are nine tenths of the cost
 * of a record otherwise (100 ns instead of 15), and not the same on every engine.
 */
class Histogram extends library.default {
  override getBucketIndex(value: number): number {
    const magnitude =
      value < 0x80000000 ? 31 - Math.clz32(value | 1) : 63 - Math.clz32(Math.floor(value / 0x100000000));
    return Math.max(0, magnitude - this.subBucketHalfCountMagnitude);
  }

  override getSubBucketIndex(value: number, bucketIndex: number): number {
    return value < 0x80000000 ? value >>> bucketIndex : Math.floor(value / 2 ** bucketIndex);
  }

  override countsArrayIndex(value: number): number {
    const bucket = this.getBucketIndex(value);
    return (bucket << this.subBucketHalfCountMagnitude) + this.getSubBucketIndex(value, bucket);
  }
}

/**
 * How long something took, many times: an HDR histogram of three significant digits (whole ns, up to 2^53), beside the
 * exact mean and extremes. Flat memory: 10 to 400 KiB, however many times.
 */
export class Latencies {
  count = 0;
  /** Sum of all, ns. */
  sum = 0;
  #mean = 0;
  #squares = 0;
  min = Infinity;
  max = -Infinity;
  #histogram: Histogram | null = null;

  record(ns: number): void {
    this.count++;
    this.sum += ns;
    const off = ns - this.#mean;
    this.#mean += off / this.count;
    this.#squares += off * (ns - this.#mean);
    if (ns < this.min) this.min = ns;
    if (ns > this.max) this.max = ns;
    this.histogram.recordValue(Math.round(ns));
  }

  /** The HDR histogram: for its percentile iterators, and for encodings that other HDR tools read. */
  get histogram(): Float64Histogram {
    if (this.#histogram === null) {
      this.#histogram = new Histogram(1, 2 ** 20, 3);
      this.#histogram.autoResize = true;
    }
    return this.#histogram;
  }

  /** Mean in ns; NaN if there were none. */
  get mean(): number {
    return this.count === 0 ? NaN : this.#mean;
  }

  /** Standard deviation in ns; NaN if there were less than two. */
  get deviation(): number {
    return this.count < 2 ? NaN : Math.sqrt(this.#squares / (this.count - 1));
  }

  /** The time that `percent` (0 to 100) of all did not exceed, ns, to three digits; NaN if there were none. */
  percentile(percent: number): number {
    checkNumber("the percentile", percent, { min: 0, max: 100, unit: "%" });
    return this.count === 0 ? NaN : this.histogram.getValueAtPercentile(percent);
  }

  reset(): void {
    this.count = this.sum = this.#mean = this.#squares = 0;
    this.min = Infinity;
    this.max = -Infinity;
    this.#histogram?.reset();
  }
}
