import { checkInteger } from "../base/errors.js";
import { operation, Step } from "../machine/step.js";

const choice = operation("choose", "none");

/**
 * An outcome that the hardware or the rest of the kernel decides, 0 to n - 1: which allocation fails, what a device
 * returns. The explorer follows each; the simulator draws one, with the given weights (default: all equal).
 *
 * @param n 1 to 1,000,000
 */
export function choose(n: number, weights?: readonly number[], what = "outcome"): Step<number> {
  const step = new Step(choice, null, (_task, world) => world.choice).with(what);
  step.choices = checkInteger("the number of outcomes", n, { min: 1, max: 1_000_000 });
  if (weights !== undefined) step.weights = weights;
  return step;
}
