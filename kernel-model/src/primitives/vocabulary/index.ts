import { perCpu, contexts } from "./cpus.js";
import { locks } from "./locks.js";
import { cells, counts } from "./memory.js";
import { rcu } from "./rcu.js";
import { types } from "./types.js";
import { waiting, work } from "./waiting.js";
import type { VocabularyRow } from "./row.js";

export type { VocabularyRow } from "./row.js";

/** Everything that this folder exports for paths, in one table; a test holds it against the exports and the steps. */
export const vocabulary: readonly VocabularyRow[] = [
  ...types,
  ...cells,
  ...counts,
  ...locks,
  ...waiting,
  ...work,
  ...rcu,
  ...perCpu,
  ...contexts,
].map(([kernel, call, steps, order, modelled, notModelled = ""]) => ({
  kernel,
  call,
  steps,
  order,
  modelled,
  notModelled,
}));
