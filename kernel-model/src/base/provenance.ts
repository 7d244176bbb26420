import type { Dataset } from "./dataset.js";

/** How far the model of one kernel function departs from the kernel. */
export interface FunctionProvenance {
  /** Kernel name, or names that belong together. */
  readonly name: string;
  /** Source file in the kernel tree. */
  readonly file: string;
  /** faithful: same outcome. simplified: the note says what differs. omitted: not modelled. */
  readonly fidelity: "faithful" | "simplified" | "omitted";
  readonly note?: string;
}

/** What a mechanism's model stands on. */
export interface Provenance {
  readonly mechanism: string;
  /** Kernel release that is modelled. */
  readonly kernel: string;
  readonly functions: readonly FunctionProvenance[];
}

/** The provenance as a table for notebooks. */
export function provenanceDataset(provenance: Provenance): Dataset {
  const { functions } = provenance;
  return {
    title: `${provenance.mechanism}: the model beside Linux ${provenance.kernel}`,
    columns: [
      { name: "function", meaning: "kernel function", values: functions.map(({ name }) => name) },
      { name: "file", meaning: "where it is", values: functions.map(({ file }) => file) },
      { name: "fidelity", meaning: "how the model departs from it", values: functions.map(({ fidelity }) => fidelity) },
      { name: "note", meaning: "what to know", values: functions.map(({ note }) => note ?? "") },
    ],
  };
}
