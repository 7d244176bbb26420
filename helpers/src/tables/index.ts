export { columnInfo, isTable, type ColumnInfo, type TableLike } from "./columns.js";
export { describe } from "./describe.js";
export { formatNumber, formatWithUnit, groupDigits, percent } from "@mm-lab/kernel-model";
export { table, type LabelledSources, type Source, type TableOptions } from "./table.js";
export { TableView, view, type ViewOptions } from "./view.js";
