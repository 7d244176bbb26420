import { datasetOf, type Dataset } from "./dataset.js";

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
  const title = `${provenance.mechanism}: the model beside Linux ${provenance.kernel}`;
  return datasetOf<FunctionProvenance>(title, provenance.functions, [
    { name: "function", meaning: "kernel function", of: ({ name }) => name },
    { name: "file", meaning: "where it is", of: ({ file }) => file },
    { name: "fidelity", meaning: "how the model departs from it", of: ({ fidelity }) => fidelity },
    { name: "note", meaning: "what to know", of: ({ note }) => note ?? "" },
  ]);
}
