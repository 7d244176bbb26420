import type { Run } from "../../define-mechanism.js";
import { describeParameters, scanKsmFromParameters } from "./parameters.js";
import type { Workload } from "./workload.js";

export const run: Run<Workload> = {
  title: "ksmd scans a workload, full scan after full scan",
  parameters: describeParameters(),
  takes: ["workload"],
  simulate: (parameters, { workload }) => scanKsmFromParameters(parameters, workload),
};
