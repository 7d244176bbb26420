import type { Column, Dataset, HasDataset } from "../../../base/dataset.js";
import { checkInteger, checkOneOf } from "../../../base/errors.js";
import type { KsmState } from "../model/state.js";
import { MEASURES, type MeasureName } from "./measures.js";

/** Counters after each full scan, one array per measure, in order of the scans. */
export class KsmRun implements HasDataset {
  constructor(
    readonly workload: string,
    readonly policy: string,
    readonly pages: number,
    readonly series: Readonly<Record<MeasureName, Float64Array>>,
    /** The model as the run left it, to go on with or to look into. */
    readonly state: KsmState,
  ) {}

  get scans(): number {
    return this.series.scan.length;
  }

  /** Pages met in all scans, processed or skipped. */
  get visits(): number {
    return this.total("pages_scanned") + this.total("pages_skipped");
  }

  /** Sum of a per-scan measure, from scan `from` on. Errors: {@link InputError} for an unknown measure or scan. */
  total(measure: MeasureName, from = 0): number {
    checkInteger("from", from, { min: 0, max: this.scans - 1, unit: "(a scan of the run)" });
    return this.#values(measure)
      .subarray(from)
      .reduce((sum, x) => sum + x, 0);
  }

  /** Mean of a measure over the scans from `from` on. */
  mean(measure: MeasureName, from = 0): number {
    return this.total(measure, from) / (this.scans - from);
  }

  /** Value after the last scan. */
  last(measure: MeasureName): number {
    return this.#values(measure).at(-1)!;
  }

  #values(measure: MeasureName): Float64Array {
    return this.series[
      checkOneOf(
        "the measure",
        measure,
        MEASURES.map(({ name }) => name),
      )
    ];
  }

  dataset(): Dataset {
    const columns = MEASURES.map((measure): Column => ({ ...measure, values: this.series[measure.name] }));
    return {
      title: `KSM after each full scan: ${this.workload}; policy ${this.policy}${this.state.walks === "lazy" ? "; lazy walks" : ""}`,
      columns,
    };
  }
}
