import type { Command } from "./command.js";

/** What the list of commands says of one. Its body is loaded when the command is run or asked for help. */
export interface CommandEntry {
  /** As typed; two words for a command of a group, e.g. `live compare`. */
  readonly name: string;
  /** Arguments after the name in the usage line, e.g. `NOTEBOOK... [options]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every subcommand, in the order of the help. A new one needs its file and its entry here, nothing else. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "start",
    usage: "[-- JUPYTER-ARGUMENTS...]",
    summary: "open JupyterLab on notebooks/ (sets up what is missing)",
    load: () => import("./start.js"),
  },
  {
    name: "doctor",
    usage: "[--json]",
    summary: "versions, the kernel in force, and what this machine offers for live experiments",
    load: () => import("./doctor.js"),
  },
  {
    name: "run",
    usage: "NOTEBOOK... [-p NAME=VALUE]... [--out FILE] [--check] [--json]",
    summary: "run notebooks without a browser; --check compares with the committed outputs",
    load: () => import("./run.js"),
  },
  {
    name: "export",
    usage: "[NOTEBOOK...] [-p NAME=VALUE]... [--out DIR] [--no-execute] [--json]",
    summary: "write notebooks as HTML files that need no network",
    load: () => import("./export.js"),
  },
  {
    name: "simulate",
    usage:
      "MECHANISM [RUN] [-p NAME=VALUE]... [--workload FILE [--case NAME]] [--format json|csv|parquet] [--out FILE] [--trace FILE]",
    summary: "run a model and print what it measures",
    load: () => import("./simulate.js"),
  },
  {
    name: "explore",
    usage:
      "[MECHANISM [SCENARIO]] [--workers N|all] [--seconds N] [--max-schedules N] [--save FILE] [--resume FILE] [--replay STRING] [--tree] [--beside] [--json]",
    summary: "run a scenario under every schedule, and print the verdict with its counterexample",
    load: () => import("./explore.js"),
  },
  {
    name: "claims",
    usage: "[--topic TOPIC] [--fresh] [--json]",
    summary: "run the experiment of every claim of the sources and print the verdicts",
    load: () => import("./claims.js"),
  },
  {
    name: "live compare",
    usage: "FILE...",
    summary: "replay recordings of a running kernel through the model, counter by counter",
    load: () => import("./live-compare.js"),
  },
];
