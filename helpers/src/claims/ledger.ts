import { InputError } from "@mm-lab/kernel-model";
import { dataFiles, readDataFile } from "../data/files.js";

/** A checkable statement of a source, as data/claims has it. */
export interface Claim {
  /** `topic.short-name`, unique. */
  readonly id: string;
  readonly topic: string;
  /** The source document. */
  readonly source: string;
  readonly claim: string;
  readonly kind: string;
  /** Where it can be decided. */
  readonly check: "model" | "explorer" | "arithmetic" | "live-kernel" | "record";
  /** Which outcome counts as which verdict. */
  readonly how: string;
  /** What was wrong with it before it was corrected, and why; absent for what stands as it was first put. */
  readonly corrected?: string;
}

const FIELDS = ["id", "topic", "source", "claim", "kind", "check", "how"] as const;

/** All claims, in the order of the files. Errors: {@link InputError} naming file and line of a malformed or repeated one. */
export function readLedger(): Claim[] {
  const claims: Claim[] = [];
  const seen = new Map<string, string>();
  for (const file of dataFiles("claims").filter((name) => name.endsWith(".jsonl"))) {
    for (const [i, line] of readDataFile("claims", file).split("\n").entries()) {
      if (line.trim() === "") continue;
      const where = `data/claims/${file}, line ${i + 1}`;
      const claim = parseClaim(line, where);
      const before = seen.get(claim.id);
      if (before !== undefined)
        throw new InputError(
          where,
          claim.id,
          `an id that is not used before (${before} has it)`,
          "rename one of the two",
        );
      seen.set(claim.id, where);
      claims.push(claim);
    }
  }
  return claims;
}

function parseClaim(line: string, where: string): Claim {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    throw new InputError(where, (error as Error).message, "one JSON object a line", "correct the line");
  }
  for (const field of FIELDS) {
    if (typeof fields[field] !== "string")
      throw new InputError(`${where}: "${field}"`, fields[field], "a text", "correct the line");
  }
  return fields as unknown as Claim;
}
