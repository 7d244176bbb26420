import { parentPort, workerData } from "node:worker_threads";
import { compareOne, report } from "./fuzz.js";
import { profileNames, type ProfileName } from "./profiles.js";

/** What a worker is asked to compare: of each profile the seeds from `first` on, each `step`-th. */
export interface Share {
  readonly profile: ProfileName | null;
  readonly first: number;
  readonly step: number;
  readonly programs: number;
  readonly most: number;
  readonly seconds: number;
}

/** What it tells, every now and then and at the end: of each profile since the last time. */
export interface Told {
  readonly rows: Readonly<Record<string, Row>>;
  /** Each difference, for people. */
  readonly reports: readonly string[];
  readonly over: boolean;
}

export interface Row {
  programs: number;
  replaced: number;
  exhausted: number;
  violated: number;
  stuck: number;
  interleavings: number;
  classes: number;
  different: number;
}

/** Differences that are made small: each takes some hundred runs of both. */
const SHRUNK = 10;
const TELL_EVERY = 2000;

export const emptyRow = (): Row => ({
  programs: 0,
  replaced: 0,
  exhausted: 0,
  violated: 0,
  stuck: 0,
  interleavings: 0,
  classes: 0,
  different: 0,
});

function work({ profile, first, step, programs, most, seconds }: Share): void {
  const names = profile === null ? profileNames : [profile];
  const started = performance.now();
  const next = new Map(names.map((name) => [name, first]));
  let rows: Record<string, Row> = {};
  let reports: string[] = [];
  let shrunk = 0;
  const tell = (over: boolean): void => {
    parentPort!.postMessage({ rows, reports, over } satisfies Told);
    [rows, reports] = [{}, []];
  };
  for (let done = 0; done < programs; done++) {
    if (performance.now() - started > seconds * 1000) break;
    if (done % TELL_EVERY === TELL_EVERY - 1) tell(false);
    const name = names[done % names.length]!;
    const row = (rows[name] ??= emptyRow());
    for (let compared = null; compared === null;) {
      const seed = next.get(name)!;
      next.set(name, seed + step);
      compared = compareOne(name, seed, most);
      if (compared === null) {
        row.replaced++;
        continue;
      }
      row.programs++;
      row.interleavings += compared.interleavings;
      if (compared.kind === "exhausted") row.classes += compared.classes;
      if (compared.kind === "exhausted" || compared.kind === "violated" || compared.kind === "stuck")
        row[compared.kind]++;
      if (compared.differences.length === 0) continue;
      row.different++;
      reports.push(
        shrunk++ < SHRUNK
          ? report(name, seed, compared, most)
          : `${name} ${seed}: ${compared.differences.join("\n    ")}`,
      );
    }
  }
  tell(true);
}

work(workerData as Share);
