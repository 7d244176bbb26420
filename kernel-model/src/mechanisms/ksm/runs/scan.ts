/** ksmd over a workload, from flat named parameters: what the command line and sweeps hand over. */
import { Schema, type OptionsOf } from "../../../base/parameters.js";
import type { Progress } from "../../../base/run.js";
import type { MechanismRun } from "../../define-mechanism.js";
import { knobs, KNOB_NAMES } from "../model/knobs.js";
import type { KsmRun } from "./ksm-run.js";
import { KINDS, mixParameters, mixWorkload, shareParameters } from "./mix-workload.js";
import { runParameters, simulatingKsm } from "./simulate.js";
import type { Workload } from "./workload.js";

const ofRun = { ...runParameters, ...knobs.parameters };

/** Where a workload is given, the parameters of the generated one are not accepted. */
const scanOnly = new Schema("ksm scan of a given workload", ofRun);

/** A generated workload, the run, and the knobs of /sys/kernel/mm/ksm under their own names. */
export const scanParameters = new Schema("ksm scan", {
  ...mixParameters.parameters,
  ...mixParameters.with({ pages: 20_000 }),
  ...new Schema("shares", shareParameters).with({ unique: 0.3, duplicate: 0.7, zero: 0, shortLived: 0, volatile: 0 }),
  ...ofRun,
});

type ScanOptions = OptionsOf<typeof scanParameters>;

function simulating(given: ScanOptions, workload?: Workload): Generator<Progress, KsmRun> {
  const { scans, seconds, walks, policy } =
    workload === undefined ? scanParameters.check(given) : scanOnly.check(given);
  // Only the knobs that were given: the advisor sets pages_to_scan where it is not.
  const set = KNOB_NAMES.filter((name) => given[name] !== undefined).map((name) => [name, given[name]] as const);
  return simulatingKsm({
    workload: workload ?? generated(given),
    ...(scans !== undefined && { scans }),
    ...(seconds !== undefined && { seconds }),
    ...(walks !== undefined && { walks }),
    policy,
    knobs: Object.fromEntries(set),
  });
}

/** Where some share is given, those left out are 0. */
function generated(given: ScanOptions): Workload {
  const { pages, copies, lifetimeSeconds, rewriteSeconds, turnover, seed, ...values } = scanParameters.check(given);
  const someShare = KINDS.some((kind) => given[kind] !== undefined);
  const shares = Object.fromEntries(KINDS.map((kind) => [kind, someShare ? (given[kind] ?? 0) : values[kind]]));
  const rest = { copies, lifetimeSeconds, rewriteSeconds, turnover };
  return mixWorkload({ pages, shares, ...rest, ...(seed !== undefined && { seed }) });
}

export const run: MechanismRun<Workload> = {
  title: "ksmd scans a workload, full scan after full scan",
  parameters: scanParameters,
  takes: ["workload"],
  simulate: (parameters, { workload }) => simulating(parameters, workload),
};
