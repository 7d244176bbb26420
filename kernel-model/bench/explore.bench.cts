/**
 * Schedules that the explorer needs, with reduction and without, and how many it runs a second; beside loom and shuttle.
 *
 *   npm run bench explore                 the eleven programs of bench/peers, and two larger ones
 *   npm run bench explore -- --peers      the same on loom and shuttle in this run, and the ratios (about a minute)
 *   npm run bench explore -- --check      fails below 100,000 schedules a second, or below 10 times loom's with --peers
 *   npm run bench explore -- --seconds 5  time for each program and engine, default 1
 *   npm run bench explore -- --genmc DIR  the five programs of published.ts that times are compared on, beside the GenMC
 *                                         that was built in DIR, whole processes, in turn (without DIR: ours alone)
 *
 * A program's whole exploration is repeated until the time is up. Rates are those of `explore(program)` with all its
 * defaults: properties are asked and end states counted, which the peers do not do.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explore } from "@mm-lab/kernel-model";
import { lastZero, PROGRAMS, racingIncrements, type BenchProgram } from "./programs";
import { TIMED, type Published } from "./published";
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
const { values } = parseArgs({
  options: {
    peers: { type: "boolean" },
    genmc: { type: "string" },
    check: { type: "boolean" },
    seconds: { type: "string", default: "1" },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= 3600))
  throw new Error(
    `--seconds is "${values.seconds}"; accepted: a number above 0 and at most 3600. Next: e.g. --seconds 5.`,
  );

async function main(): Promise<void> {
  console.log(`Node ${process.version}, one core; each whole exploration repeated for ${seconds} s`);
  for (const given of PROGRAMS) measured(given, 0.1); // compiled before anything is timed
  const rows = PROGRAMS.map((given) => measured(given, seconds));
  const larger = [racingIncrements(5), lastZero(8)].map((given) => measured(given, seconds));
  table(
    ["program", "schedules", "given up", "naive", "saved", "schedules/s", "steps/s"],
    [...rows, ...larger].map((row) => [
      row.name,
      count(row.schedules),
      count(row.redundant),
      (row.naiveCut ? "above " : "") + count(row.naive),
      `${row.naiveCut ? "above " : ""}${(row.naive / (row.schedules + row.redundant)).toFixed(1)} x`,
      count(row.perSecond),
      count(row.stepsPerSecond),
    ]),
  );
  console.log(
    `(schedules: complete runs with reduction; given up: runs that could only repeat them; naive search is cut at ${count(NAIVE_BOUND)} runs)`,
  );
  const found = rows
    .filter(({ perSecond }) => perSecond < LEAST_RATE)
    .map(({ name, perSecond }) => `${name}: ${count(perSecond)} schedules/s (at least ${count(LEAST_RATE)})`);
  timed(values.genmc);
  if (values.peers === true)
    found.push(
      ...compare(
        rows,
        (await peerRows(seconds)).filter(({ schedules }) => schedules !== undefined),
      ),
    );
  if (values.check !== true) return;
  for (const line of found) console.log(`DOES NOT HOLD: ${line}`);
  if (found.length > 0) process.exitCode = 1;
}

/** Where the same programs are in GenMC's tests, with their arguments. */
const GENMC: Readonly<Record<string, readonly string[]>> = {
  "fib_bench(5)": ["fib_bench/variants/fib_bench0.c"],
  big0: ["big0/variants/big00.c"],
  "readers(13)": ["readers/variants/readers0.c", "-DN=13"],
  "lastzero(10)": ["lastzero/variants/lastzero0.c", "-DN=10"],
  "indexer(15)": ["indexer/variants/indexer0.c", "-DN=15"],
};
const ROUNDS = 5;

/** Medians over a few rounds; with GenMC, one after the other in each round. */
function timed(genmc: string | undefined): void {
  const start = median(
    ROUNDS,
    () => void spawnSync(process.execPath, ["-e", "require('@mm-lab/kernel-model')"], { cwd: __dirname }),
  );
  console.log(
    `\nPrograms with published counts; node and the import of the library take ${start.toFixed(0)} ms, which a whole process adds`,
  );
  const rows = TIMED.map((published) => {
    const ours = [] as number[];
    const theirs = [] as number[];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(lasting(() => checked(published)));
      if (genmc !== undefined) theirs.push(lasting(() => runGenmc(genmc, published)));
    }
    const [mine, its] = [middle(ours), middle(theirs)];
    const us = ((1000 * mine) / published.executions).toFixed(1);
    return [
      published.name,
      count(published.executions),
      `${mine.toFixed(0)} ms`,
      `${us} us`,
      ...(genmc === undefined ? [] : [`${its.toFixed(0)} ms`, `${((mine + start) / its).toFixed(2)} x`]),
    ];
  });
  table(
    [
      "program",
      "executions",
      "ours",
      "a run",
      ...(genmc === undefined ? [] : ["GenMC, process", "our process / GenMC"]),
    ],
    rows,
  );
}

function checked({ name, program, executions }: Published): void {
  const { kind, effort } = explore(program);
  if (kind !== "exhausted" || effort.schedules !== executions)
    throw new Error(`${name}: ${kind} in ${effort.schedules} schedules, ${executions} expected`);
}

function runGenmc(folder: string, { name, executions }: Published): void {
  const [file = "", ...defines] = GENMC[name] ?? [];
  const { stdout, stderr } = spawnSync(
    join(folder, "genmc"),
    ["--sc", "--disable-estimation", "--", ...defines, join(folder, "tests/correct/synthetic", file)],
    { encoding: "utf8" },
  );
  const told = /complete executions explored: (\d+)/.exec(`${stdout}${stderr}`)?.[1];
  if (Number(told) !== executions)
    throw new Error(`GenMC on ${name}: ${told ?? "no count"} executions, ${executions} expected`);
}

function lasting(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(rounds: number, run: () => void): number {
  return middle(Array.from({ length: rounds }, () => lasting(run)));
}

function middle(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
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
    name: program.name,
    schedules: once.schedules,
    redundant: once.redundant,
    perSecond: schedules / spent,
    stepsPerSecond: steps / spent,
    naive: all.effort.schedules,
    naiveCut: all.kind === "bounded",
  };
}

/** Prints the table beside the peers; returns what is below the ratio that is to hold. */
function compare(rows: readonly Row[], found: readonly PeerRow[]): string[] {
  if (found.length === 0) {
    console.log("\nNo peer could run here: see the messages above.");
    return [];
  }
  const of = (name: string, peer: string, strategy: string): PeerRow | undefined =>
    found.find((row) => row.program === name && row.peer === peer && row.strategy === strategy);
  const cell = (row: PeerRow | undefined): string =>
    row === undefined
      ? "-"
      : `${row.complete === true ? "" : "above "}${count(row.schedules!)} at ${count(row.schedulesPerSecond!)}/s`;
  console.log(`\nSchedules for the whole program, and schedules a second; ${versionsOf(found)}`);
  const below: string[] = [];
  table(
    [
      "program",
      "ours",
      "loom, main does not join",
      "loom, main joins",
      "shuttle, depth first",
      "fewer than loom",
      "faster a schedule",
      "faster in all",
    ],
    rows.map((row) => {
      const loom = of(row.name, "loom", "dpor-sc-nojoin");
      const ours = `${count(row.schedules + row.redundant)} at ${count(row.perSecond)}/s`;
      const peersCells = [cell(loom), cell(of(row.name, "loom", "dpor-sc")), cell(of(row.name, "shuttle", "dfs"))];
      if (loom === undefined) return [row.name, ours, ...peersCells, "-", "-", "-"];
      const [schedules, perSecond] = [loom.schedules!, loom.schedulesPerSecond!];
      const fewer = schedules / (row.schedules + row.redundant);
      const faster = row.perSecond / perSecond;
      if (fewer < 1)
        below.push(`${row.name}: ${count(row.schedules + row.redundant)} schedules, loom ${count(schedules)}`);
      if (faster < LEAST_RATIO)
        below.push(`${row.name}: ${faster.toFixed(1)} times loom's schedules a second (at least ${LEAST_RATIO})`);
      const total = schedules / perSecond / (row.schedules / row.perSecond);
      return [
        row.name,
        ours,
        ...peersCells,
        `${fewer.toFixed(1)} x`,
        `${faster.toFixed(1)} x`,
        `${total.toFixed(0)} x`,
      ];
    }),
  );
  return below;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  for (const row of [head, ...rows])
    console.log(row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join("  "));
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

void main();
