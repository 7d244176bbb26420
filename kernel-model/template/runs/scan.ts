import { datasetOf, type HasDataset } from "../../../base/dataset.js";
import { parameter, Schema, type OptionsOf } from "../../../base/parameters.js";
import { finish, type Progress } from "../../../base/run.js";
import { Cell } from "../../../primitives/cell.js";
import { exponential, simulating } from "../../../simulate/index.js";
import type { MechanismRun } from "../../define-mechanism.js";
import { inTwoSteps, write } from "../model/written.js";

const { number } = parameter;
export const scanParameters = new Schema("template scan", {
  writes: number({ default: 1e5, min: 1, max: 1e9, unit: "writes/s", meaning: "to the page, at random times" }),
  gapNs: number({ default: 1000, min: 0, max: 1e9, unit: "ns", meaning: "between get and clear" }),
  seconds: number({ default: 0.01, min: 1e-6, max: 100, unit: "s", meaning: "virtual time of back-to-back scans" }),
});
export type ScanOptions = OptionsOf<typeof scanParameters>;

/**
 * Scans a page that is written at random times. Parameters: {@link scanParameters}.
 *
 * @example
 * template.simulateScan({ writes: 1000, seconds: 0.1 }).dataset().columns.length; // => 2
 */
export function simulateScan(options: ScanOptions = {}): HasDataset {
  return finish(simulatingScan(options));
}

/** The same, cooperative. */
export function* simulatingScan(options: ScanOptions = {}): Generator<Progress, HasDataset> {
  const { writes, gapNs, seconds } = scanParameters.check(options);
  let reports = 0;
  const result = yield* simulating({
    setup: () => ({ written: new Cell("written", false) }),
    groups: [
      { name: "writer", interarrival: exponential(1e9 / writes), path: ({ written }) => write(written) },
      {
        name: "scanner",
        count: 1,
        path: function* ({ written }) {
          if (yield* inTwoSteps(written, gapNs)) reports++;
        },
      },
    ],
    duration: seconds * 1e9,
  });
  const rows = [{ writes: result.group("writer").completions, reports }];
  const columns = [
    { name: "writes", meaning: "to the page", of: (row: (typeof rows)[0]) => row.writes },
    { name: "reports", meaning: "scans that saw the flag", of: (row: (typeof rows)[0]) => row.reports },
  ];
  return { dataset: () => datasetOf("A page that is written and scanned", rows, columns) };
}

export const run: MechanismRun = {
  title: "a page that is written, and scanned in two steps",
  parameters: scanParameters,
  takes: [],
  simulate: simulatingScan,
};
