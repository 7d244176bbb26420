import { InputError } from "@mm-lab/kernel-model";
import type { Fingerprint, ProgramSource } from "./protocol.js";

/** The error for a program that came out otherwise when a worker made it. */
export function differs(source: ProgramSource, made: Fingerprint, wanted: Fingerprint): InputError {
  const described = ({ program, tasks, runs }: Fingerprint): string => `${program}: ${tasks.join(", ")}; ${runs}`;
  const where =
    source.kind === "cells"
      ? `made again from ${source.cells.map(({ label }) => label).join(", ")}`
      : "made again from its module";
  return new InputError(
    `the program of a worker, ${where},`,
    described(made),
    `the same as here: ${described(wanted)}`,
    "see that the cells or the module make the same program each time they run: what it uses must not be changed elsewhere, nor be drawn at random or read from a clock",
  );
}
