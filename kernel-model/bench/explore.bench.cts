/**
 * Schedules that the explorer needs, with reduction and without, and how many it runs a second; beside loom and shuttle.
 *
 *   npm run bench explore                 the eleven programs of bench/peers, and two larger ones
 *   npm run bench explore -- --peers      the same on loom and shuttle in this run, and the ratios (about a minute)
 *   npm run bench explore -- --check      fails below 100,000 schedules a second, or below 10 times loom's with --peers
 *   npm run bench explore -- --seconds 5  time for each program and engine, default 1
 *
 * A program's whole exploration is repeated until the time is up. Rates are those of `explore(program)` with all its
 * defaults: properties are asked and end states counted, which the peers do not do.
 */
import { parseArgs } from "node:util";
import { explore } from "@mm-lab/kernel-model";
import { lastZero, PROGRAMS, racingIncrements, type BenchProgram } from "./programs";
import { peerRows, versionsOf, type PeerRow } from "./peer-rows";

interface Row {
  readonly name: string;
  readonly schedules: number;
  readonly redundant: number;
  readonly perSecond: number;
  readonly stepsPerSecond: number;
  readonly naive: number;
  /** Whether naive search was cut short: it needs more. */
  readonly naiveCut: boolean;
}

const NAIVE_BOUND = 300_000;
const LEAST_RATE = 100_000;
const LEAST_RATIO = 10;
const { values } = parseArgs({ options: { peers: { type: "boolean" }, check: { type: "boolean" }, seconds: { type: "string", default: "1" } } });
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= 3600)) throw new Error(`--seconds is "${values.seconds}"; accepted: a number above 0 and at most 3600. Next: e.g. --seconds 5.`);
void main();

async function main(): Promise<void> {
  console.log(`Node ${process.version}, one core; each whole exploration repeated for ${seconds} s`);
  for (const given of PROGRAMS) measured(given, 0.1); // compiled before anything is timed
  const rows = PROGRAMS.map((given) => measured(given, seconds));
  const larger = [racingIncrements(5), lastZero(8)].map((given) => measured(given, seconds));
  table(
    ["program", "schedules", "given up", "naive", "saved", "schedules/s", "steps/s"],
    [...rows, ...larger].map((row) => [
      row.name, count(row.schedules), count(row.redundant), (row.naiveCut ? "above " : "") + count(row.naive), `${row.naiveCut ? "above " : ""}${(row.naive / (row.schedules + row.redundant)).toFixed(1)} x`, count(row.perSecond), count(row.stepsPerSecond),
    ]),
  );
  console.log(`(schedules: complete runs with reduction; given up: runs that could only repeat them; naive search is cut at ${count(NAIVE_BOUND)} runs)`);
  const found = rows.filter(({ perSecond }) => perSecond < LEAST_RATE).map(({ name, perSecond }) => `${name}: ${count(perSecond)} schedules/s (at least ${count(LEAST_RATE)})`);
  if (values.peers === true) found.push(...compare(rows, (await peerRows(seconds)).filter(({ schedules }) => schedules !== undefined)));
  if (values.check !== true) return;
  for (const line of found) console.log(`DOES NOT HOLD: ${line}`);
  if (found.length > 0) process.exitCode = 1;
}

function measured({ program }: BenchProgram, spend: number): Row {
  globalThis.gc?.();
  let [schedules, steps] = [0, 0];
  const start = performance.now();
  let spent: number;
  let once;
  do {
    once = explore(program).effort;
    schedules += once.schedules;
    steps += once.steps;
    spent = (performance.now() - start) / 1000;
  } while (spent < spend);
  const all = explore(program, { reduction: false, maxSchedules: NAIVE_BOUND });
  return {
    name: program.name, schedules: once.schedules, redundant: once.redundant, perSecond: schedules / spent, stepsPerSecond: steps / spent,
    naive: all.effort.schedules, naiveCut: all.kind === "bounded",
  };
}

/** Prints the table beside the peers; returns what is below the ratio that is to hold. */
function compare(rows: readonly Row[], found: readonly PeerRow[]): string[] {
  if (found.length === 0) {
    console.log("\nNo peer could run here: see the messages above.");
    return [];
  }
  const of = (name: string, peer: string, strategy: string): PeerRow | undefined => found.find((row) => row.program === name && row.peer === peer && row.strategy === strategy);
  const cell = (row: PeerRow | undefined): string => (row === undefined ? "-" : `${row.complete === true ? "" : "above "}${count(row.schedules!)} at ${count(row.schedulesPerSecond!)}/s`);
  console.log(`\nSchedules for the whole program, and schedules a second; ${versionsOf(found)}`);
  const below: string[] = [];
  table(
    ["program", "ours", "loom, main does not join", "loom, main joins", "shuttle, depth first", "fewer than loom", "faster a schedule", "faster in all"],
    rows.map((row) => {
      const loom = of(row.name, "loom", "dpor-sc-nojoin");
      const ours = `${count(row.schedules + row.redundant)} at ${count(row.perSecond)}/s`;
      const peersCells = [cell(loom), cell(of(row.name, "loom", "dpor-sc")), cell(of(row.name, "shuttle", "dfs"))];
      if (loom === undefined) return [row.name, ours, ...peersCells, "-", "-", "-"];
      const [schedules, perSecond] = [loom.schedules!, loom.schedulesPerSecond!];
      const fewer = schedules / (row.schedules + row.redundant);
      const faster = row.perSecond / perSecond;
      if (fewer < 1) below.push(`${row.name}: ${count(row.schedules + row.redundant)} schedules, loom ${count(schedules)}`);
      if (faster < LEAST_RATIO) below.push(`${row.name}: ${faster.toFixed(1)} times loom's schedules a second (at least ${LEAST_RATIO})`);
      const total = schedules / perSecond / (row.schedules / row.perSecond);
      return [row.name, ours, ...peersCells, `${fewer.toFixed(1)} x`, `${faster.toFixed(1)} x`, `${total.toFixed(0)} x`];
    }),
  );
  return below;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  for (const row of [head, ...rows]) console.log(row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join("  "));
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
