export { exportNotebooks, type ExportedPage, type ExportOptions, type ExportReport } from "./export.js";
export type { LintFinding } from "./lint.js";
