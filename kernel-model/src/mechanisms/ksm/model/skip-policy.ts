import { checkInteger, checkKeys, checkOneOf, InputError, quote } from "../../../base/errors.js";

/** How many scans a page of this age is left out for: an integer from 0 to 255; `age` is 0 to 255. */
export type SkipFunction = (age: number) => number;

/**
 * How ksmd decides to leave a page out of a scan.
 *
 * `"none"` is KSM before 6.7: every page, every scan. `"kernel"` is skip_age() of Linux 6.7 to 6.18. `"failed-scans"`
 * is the kernel's table with the age as the commit text words it: a skipped visit does not age the page.
 * A function or a table (one entry per age, the last one for all greater ages) gives other lengths;
 * the object form combines everything.
 *
 * @example
 * const patient = (age: number) => Math.min(255, 2 ** Math.max(0, age - 3)); // 1, 2, 4, 8, 16, ... scans
 */
export type SkipPolicy = "none" | "kernel" | "failed-scans" | SkipFunction | readonly number[] | SkipPolicyOptions;

export interface SkipPolicyOptions {
  /** Skip lengths by age. Default: the kernel's. */
  readonly skips?: SkipFunction | readonly number[];
  /** What ages a page that is not merged: each visit (the kernel's code) or each failed scan (the commit's text). Default "visits". */
  readonly agesOn?: "visits" | "failed-scans";
  /** Ages below this are never skipped, so that a page can pass the checksum test and meet a partner. Default 3. */
  readonly graceAge?: number;
  /** What makes a page young again: nothing (the kernel's code), or that its content changed since its last visit. Default "never". */
  readonly resetsOn?: "never" | "content-change";
  /** Name for tables and legends. */
  readonly name?: string;
}

/** A policy worked out for ksmd: one table look-up a visit. */
export interface CompiledPolicy {
  readonly name: string;
  readonly enabled: boolean;
  /** 256 entries. */
  readonly skipsByAge: Uint8Array;
  readonly agesOnVisits: boolean;
  readonly graceAge: number;
  readonly resetsOnChange: boolean;
}

/** skip_age() of mm/ksm.c, Linux 6.7 to 6.18. */
export function skipAge(age: number): number {
  if (age <= 3) return 1;
  if (age <= 5) return 2;
  if (age <= 8) return 4;
  return 8;
}

/** Works a policy out once; a user's function is called for each age from 0 to 255 and never during a scan. */
export function compilePolicy(policy: SkipPolicy = "kernel"): CompiledPolicy {
  if (typeof policy === "string") {
    checkOneOf("policy", policy, ["none", "kernel", "failed-scans"]);
    return compile({ agesOn: policy === "failed-scans" ? "failed-scans" : "visits", name: policy }, policy !== "none");
  }
  if (typeof policy === "function") return compile({ skips: policy, name: policy.name || "custom" }, true);
  if (isTable(policy)) return compile({ skips: policy, name: "table" }, true);
  checkKeys("the skip policy", policy, ["skips", "agesOn", "graceAge", "resetsOn", "name"]);
  return compile(policy, true);
}

function isTable(policy: readonly number[] | SkipPolicyOptions): policy is readonly number[] {
  return Array.isArray(policy) || ArrayBuffer.isView(policy);
}

function compile(options: SkipPolicyOptions, enabled: boolean): CompiledPolicy {
  const given = options.skips ?? skipAge;
  if (typeof given !== "function" && given.length === 0) {
    throw new InputError(
      "the skip table",
      given,
      "at least one skip length",
      "give one length per age, the last one for all greater ages",
    );
  }
  const skipsByAge = new Uint8Array(256);
  for (let age = 0; age < 256; age++) {
    const skips: unknown = typeof given === "function" ? given(age) : given[Math.min(age, given.length - 1)];
    skipsByAge[age] = checkInteger(`the skip length for age ${age}`, skips, {
      min: 0,
      max: 255,
      unit: "scans (an 8-bit counter)",
      next:
        typeof given === "function" ? `return such a number from ${quote(given)}` : "correct that entry of the table",
    });
  }
  return {
    name: options.name ?? "custom",
    enabled,
    skipsByAge,
    agesOnVisits: checkOneOf("agesOn", options.agesOn ?? "visits", ["visits", "failed-scans"]) === "visits",
    graceAge: checkInteger("graceAge", options.graceAge ?? 3, { min: 0, max: 255, unit: "visits" }),
    resetsOnChange:
      checkOneOf("resetsOn", options.resetsOn ?? "never", ["never", "content-change"]) === "content-change",
  };
}
