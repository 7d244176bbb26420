import { expect, test } from "vitest";
import { runScenario, scenarios, violations, type MeasureName } from "../../../src/mechanisms/ksm/index.js";

test.each(
  scenarios.flatMap((scenario) =>
    (["kernel", "lazy"] as const).map((walks) => [scenario.name, walks, scenario] as const),
  ),
)("%s (%s walks)", (_name, walks, scenario) => {
  const run = runScenario(scenario, walks);
  const seen = Object.fromEntries(
    Object.keys(scenario.expected).map((measure) => [measure, run.last(measure as MeasureName)]),
  );
  expect(seen).toEqual(scenario.expected);
  expect(violations(run.state)).toEqual([]);
});
