export * from "./claims.js";
export { datasetOf, type Column, type ColumnOf, type Dataset, type HasDataset } from "./dataset.js";
export * from "./display.js";
export * from "./errors.js";
export * from "./hash.js";
export * from "./numbers.js";
export {
  defaultText,
  parameter,
  Schema,
  type NumberText,
  type OptionsOf,
  type Parameter,
  type ParameterSet,
  type ParameterText,
  type ValuesOf,
} from "./parameters.js";
export * from "./random.js";
export * from "./provenance.js";
export { rowsToColumns, type ColumnNotes, type RowValue } from "./rows.js";
export * from "./run.js";
export * from "./sweep.js";
export * from "./units.js";
