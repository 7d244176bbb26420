import { execFileSync } from "node:child_process";
import { root } from "./root.js";

/** What git says about the repository, trimmed; undefined without git and in a copy without history. Some 5 ms. */
export function askGit(...args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}
