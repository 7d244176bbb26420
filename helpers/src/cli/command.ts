import type { ParsedArguments, OptionSpecs } from "./arguments.js";

/**
 * The body of one subcommand of `mm-lab`. To add one: a file here that exports it as `command`, and an entry in commands.ts.
 *
 * A command prints results on stdout and everything else on stderr; with --json it prints exactly one JSON document.
 * It returns the exit status: 0 only if what was asked for succeeded. For bad input it throws InputError (status 2);
 * any other error ends with status 1, and RunError and other expected ones print their message without a stack.
 */
export interface Command {
  /**
   * Paragraphs after the usage line and before the options: what it does, defaults, an example. A function where they
   * depend on the arguments that stand beside --help.
   */
  readonly help: string | ((positionals: readonly string[]) => Promise<string>);
  readonly options: OptionSpecs;
  /** Whether it starts Jupyter programs, and .venv has to be there. Default: false. */
  readonly needsPython?: boolean;
  run(input: ParsedArguments, host: CommandHost): Promise<number>;
}

/** What the commands get from the bootstrap in helpers/setup, which runs before this package is built. */
export interface CommandHost {
  /** The repository. */
  readonly root: string;
  /** When this process began to load the packages, ms since 1970. */
  readonly loadedFrom: number;
  /** What the compiler said when the packages were last built; empty if the sources are sound. */
  readonly buildErrors: readonly string[];
  /** Makes .venv and the kernelspec where they are missing. */
  ensurePython(): Promise<void>;
  /** Sets up and runs JupyterLab with these arguments; its exit status. */
  start(args: readonly string[]): Promise<number>;
  /** What is wrong with the installation, one line each; empty if it is complete. */
  problems(): Promise<readonly SetupProblem[]>;
}

export interface SetupProblem {
  readonly part: string;
  readonly problem: string;
  readonly remedy: string;
}
