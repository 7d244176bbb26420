export { compareNotebooks, describeDifference, type OutputDifference } from "./compare.js";
export { executeNotebook, type ExecuteOptions } from "./execute.js";
export { RunError, type RunFailure } from "./failure.js";
export { jupyterEnvironment, venvPython } from "./jupyter.js";
export { normaliseNotebook, notebookText } from "./normalise.js";
export { parseNotebook, readNotebook, type Cell, type Notebook, type Output } from "./notebook.js";
export { writeWhole } from "./write.js";
