import { scenario } from "../../../explore/scenario.js";
import { alwaysAtEnd, define } from "../../../machine/program.js";
import { Cell } from "../../../primitives/cell.js";
import { atomically, inTwoSteps, write, type GetAndClear } from "../model/written.js";

/** A scan beside one write, which has to be reported or left for the next scan. */
function scanBesideWrite(getAndClear: GetAndClear) {
  return define(
    {
      name: `a scan beside a write, ${getAndClear.name}`,
      setup: () => ({ written: new Cell("written", false) }),
      tasks: ({ written }) => ({ writer: write(written), scanner: getAndClear(written) }),
    },
    alwaysAtEnd("no write is lost", ({ written }, { results }) => written.value || results["scanner"] === true),
  );
}

const what = "no write is lost";
export const scenarios = [
  scenario({ name: "atomic", title: "get and clear", program: scanBesideWrite(atomically), expect: "exhausted" }),
  scenario({
    name: "two-steps",
    title: "...in two steps",
    program: scanBesideWrite((written) => inTwoSteps(written)),
    expect: "violated",
    what,
    mutantOf: "atomic",
  }),
];
