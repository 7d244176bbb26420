/** KSM runs from flat named parameters: what the command line and parameter sweeps hand over. */
import { checkKeys, InputError, quote } from "../../../base/errors.js";
import type { Parameter, Progress } from "../../../base/run.js";
import { KNOB_NAMES, DEFAULT_KNOBS, type KsmKnobs } from "../model/knobs.js";
import type { KsmRun } from "./ksm-run.js";
import { scanKsm } from "./simulate.js";
import type { SkipPolicy } from "../model/skip-policy.js";
import { KINDS, mixWorkload, type MixOptions } from "./mix-workload.js";
import type { Workload } from "./workload.js";

/** Parameters of the generated workload and the run; the knobs of /sys/kernel/mm/ksm come on top under their own names. */
export const PARAMETERS: readonly Parameter[] = [
  { name: "pages", default: 20_000, unit: "pages", meaning: "candidate pages" },
  { name: "unique", default: 0.3, meaning: "share of pages that never find a partner" },
  { name: "duplicate", default: 0.7, meaning: "share of constant pages with partners" },
  { name: "zero", default: 0, meaning: "share of all-zero pages" },
  {
    name: "shortLived",
    default: 0,
    meaning: "share of duplicates that are replaced by new ones after lifetimeSeconds",
  },
  { name: "volatile", default: 0, meaning: "share of pages rewritten every rewriteSeconds" },
  { name: "copies", default: 4, unit: "pages", meaning: "pages with the same content" },
  { name: "lifetimeSeconds", default: 60, unit: "s", meaning: "life of a short-lived page" },
  { name: "rewriteSeconds", default: 10, unit: "s", meaning: "time between two rewrites of a volatile page" },
  {
    name: "turnover",
    default: "processes",
    meaning: "short-lived pages are new processes, or same-addresses rewritten",
  },
  { name: "scans", default: 30, unit: "full scans", meaning: "length of the run" },
  {
    name: "seconds",
    default: "none",
    unit: "s",
    meaning: "end of the run in virtual time, whichever of scans and seconds comes first",
  },
  { name: "seed", default: "none", meaning: "shuffles the pages of the generated workload" },
  { name: "walks", default: "by size", meaning: "how the stable tree is searched: kernel or lazy" },
  {
    name: "policy",
    default: "kernel",
    meaning: "none, kernel, failed-scans, or skip lengths by age as a list, e.g. [0,0,0,1,2,4]",
  },
];

/** Those that have nothing to do with the generated workload. */
const RUN = ["scans", "seconds", "walks", "policy"];

/**
 * A run described by flat parameters. With a `workload` the parameters of the generated one are not accepted.
 * Errors: {@link InputError} for an unknown name, with all names listed, or a value out of range.
 */
export function scanKsmFromParameters(
  given: Readonly<Record<string, unknown>>,
  workload?: Workload,
): Generator<Progress, KsmRun> {
  const ours = workload === undefined ? PARAMETERS : PARAMETERS.filter(({ name }) => RUN.includes(name));
  const known = [...ours.map(({ name }) => name), ...KNOB_NAMES];
  checkKeys("ksm", given, known);
  const value = (name: string): unknown =>
    given[name] ?? PARAMETERS.find((parameter) => parameter.name === name)?.default;
  const knobs = Object.fromEntries(
    KNOB_NAMES.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  ) as Partial<KsmKnobs>;
  return scanKsm({
    workload: workload ?? mixWorkload(mixFrom(given, value)),
    ...(given["scans"] === undefined && given["seconds"] !== undefined ? {} : { scans: value("scans") as number }),
    ...(given["seconds"] !== undefined && { seconds: given["seconds"] as number }),
    ...(given["walks"] !== undefined && { walks: given["walks"] as "kernel" | "lazy" }),
    policy: policyFrom(value("policy")),
    knobs,
  });
}

/** Where some share is given, those left out are 0. */
function mixFrom(given: Readonly<Record<string, unknown>>, value: (name: string) => unknown): MixOptions {
  const someShare = KINDS.some((kind) => given[kind] !== undefined);
  const shares = Object.fromEntries(KINDS.map((kind) => [kind, someShare ? (given[kind] ?? 0) : value(kind)]));
  const rest = ["pages", "copies", "lifetimeSeconds", "rewriteSeconds", "turnover"].map((name) => [name, value(name)]);
  const seed = given["seed"] === undefined ? {} : { seed: given["seed"] };
  return { ...Object.fromEntries(rest), ...seed, shares } as MixOptions;
}

function policyFrom(value: unknown): SkipPolicy {
  if (typeof value === "string" || Array.isArray(value)) return value as SkipPolicy;
  throw new InputError(
    "policy",
    value,
    "none, kernel, failed-scans or a list of skip lengths",
    `write ${quote([0, 0, 0, 1, 2, 4, 8])}, for example`,
  );
}

/** All parameters with defaults, for help texts. */
export function describeParameters(): readonly Parameter[] {
  return [
    ...PARAMETERS,
    ...KNOB_NAMES.map((name) => ({ name, default: DEFAULT_KNOBS[name], meaning: `/sys/kernel/mm/ksm/${name}` })),
  ];
}
