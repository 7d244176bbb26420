import type { Task } from "../machine/task.js";

/**
 * Draws schedules, a run after the other: called with the steps of the longest run so far, it decides who runs next at
 * each step of the next one. Each strategy of sampling is one of these, in a file of its own.
 */
export type Scheduler = (longest: number) => (able: readonly Task[], step: number) => Task;
