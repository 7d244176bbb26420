/**
 * The explorer beside the brute force of test/oracle: random programs by name (profile and seed), of which every
 * interleaving is tried; compared are verdict, end states and the number of Mazurkiewicz classes.
 *
 *   npm run bench oracle                         5,000 programs of all profiles
 *   npm run bench oracle -- --programs 1000000   so many
 *   npm run bench oracle -- --profile timers     of one profile
 *   npm run bench oracle -- --seed 1             first seed of each profile, default 1,000,001 (`npm test` begins at 1)
 *   npm run bench oracle -- --seconds 600        stops after so long
 *   npm run bench oracle -- --most 20000         leaves out programs with more interleavings, default 5,000
 *   npm run bench oracle -- --workers 2
 *
 * Each difference is shrunk and printed with the code to reproduce it; then the exit status is 1.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import ts from "typescript";
import type { Row, Share, Told } from "../test/oracle/worker";

const SOURCES = join(__dirname, "..", "test", "oracle");
const DIST = pathToFileURL(join(__dirname, "..", "dist")).href;
const PROGRESS_EVERY = 30_000;

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "5000" },
    profile: { type: "string" },
    seed: { type: "string", default: "1000001" },
    seconds: { type: "string", default: "1000000" },
    most: { type: "string", default: "5000" },
    workers: { type: "string", default: "2" },
  },
});
const programs = whole("programs", values.programs, 1, 1e9);
const seed = whole("seed", values.seed, 0, 2 ** 31);
const most = whole("most", values.most, 1, 1e7);
const seconds = whole("seconds", values.seconds, 1, 1e6);
const workers = whole("workers", values.workers, 1, 64);
void main();

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(
    `--${name} is "${text}"; accepted: a whole number from ${min} to ${max}. Next: e.g. --${name} ${min}.`,
  );
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mm-lab-oracle-"));
  try {
    for (const file of sources(SOURCES)) compile(file, folder);
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    await checkProfile(folder);
    const rows = await fuzz(join(folder, "worker.js"));
    print(rows);
    if ([...rows.values()].some(({ different }) => different > 0)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return path.endsWith(".ts") && !path.endsWith(".test.ts") ? [path] : [];
  });
}

/** The oracle is written in tests, which run from sources; here it runs on what is built. */
function compile(file: string, folder: string): void {
  const target = join(folder, relative(SOURCES, file)).replace(/\.ts$/, ".js");
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
    compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText.replace(/"(?:\.\.\/)+src\//g, `"${DIST}/`));
}

async function checkProfile(folder: string): Promise<void> {
  // ts-node would make a require of an import.
  const load = new Function("url", "return import(url)") as (
    url: string,
  ) => Promise<{ profileNames: readonly string[] }>;
  const { profileNames } = await load(pathToFileURL(join(folder, "profiles.js")).href);
  if (values.profile !== undefined && !profileNames.includes(values.profile)) {
    throw new Error(
      `--profile is "${values.profile}"; accepted: ${profileNames.join(", ")}. ` +
        "Next: name one of these, or leave it out for all.",
    );
  }
}

async function fuzz(worker: string): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  const started = performance.now();
  const line = (): string => {
    const compared = [...rows.values()].reduce((sum, row) => sum + row.programs, 0);
    const different = [...rows.values()].reduce((sum, row) => sum + row.different, 0);
    const spent = (performance.now() - started) / 1000;
    return `${count(compared)} of ${count(programs)} programs compared in ${spent.toFixed(0)} s, ${count(different)} differ`;
  };
  const timer = setInterval(() => console.log(line()), PROGRESS_EVERY);
  const share = (i: number): Share => ({
    profile: (values.profile ?? null) as Share["profile"],
    first: seed + i,
    step: workers,
    most,
    seconds,
    programs: Math.floor(programs / workers) + (i < programs % workers ? 1 : 0),
  });
  await Promise.all(
    Array.from(
      { length: workers },
      (_, i) =>
        new Promise<void>((resolve, reject) => {
          const thread = new Worker(worker, { workerData: share(i) });
          thread.on("message", (told: Told) => {
            for (const [name, row] of Object.entries(told.rows)) add(rows, name, row);
            for (const text of told.reports) console.log(`\nDIFFERS: ${text}`);
            if (told.over) resolve();
          });
          thread.on("error", reject);
        }),
    ),
  );
  clearInterval(timer);
  console.log(line());
  return rows;
}

function add(rows: Map<string, Row>, name: string, row: Row): void {
  const sum = rows.get(name);
  if (sum === undefined) rows.set(name, row);
  else for (const key of Object.keys(row) as (keyof Row)[]) sum[key] += row[key];
}

function print(rows: ReadonlyMap<string, Row>): void {
  const head = [
    "profile",
    "programs",
    "left out",
    "exhausted",
    "violated",
    "stuck",
    "interleavings",
    "classes",
    "differ",
  ];
  const table = [
    head,
    ...[...rows].map(([name, row]) => [
      name,
      ...[
        row.programs,
        row.replaced,
        row.exhausted,
        row.violated,
        row.stuck,
        row.interleavings,
        row.classes,
        row.different,
      ].map(count),
    ]),
  ];
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  for (const row of table)
    console.log(row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join("  "));
  console.log(
    `(left out: with more than ${count(most)} interleavings, others took their place; ` +
      "classes: of those that are exhausted, as many as schedules where nothing differs)",
  );
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
