import { judge, type Experiment, type Experiments } from "../../../base/claims.js";
import { explore } from "../../../explore/explore.js";
import { unexpected } from "../../../explore/scenario.js";
import { scenarios } from "../checks/scenarios.js";

/** The claim holds if its scenario gets the verdict it must get. */
const decidedBy =
  (name: string): Experiment =>
  () => {
    const scenario = scenarios.find((one) => one.name === name)!;
    const verdict = explore(scenario.program);
    return judge(
      unexpected(scenario, verdict) === null,
      `${name}: ${verdict.kind} in ${verdict.effort.schedules} schedules.`,
    );
  };

export const claims: Experiments = {
  "pagemap-scan.get-then-clear-race-buggy": decidedBy("two-steps"),
  "pagemap-scan.atomic-get-clear-fixed": decidedBy("atomic"),
};
