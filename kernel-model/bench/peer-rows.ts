import { spawn } from "node:child_process";
import { join } from "node:path";

/** A row of peers/run.mjs, of loom or shuttle (a program) or of SimPy (a workload); its README says what each number counts. */
export interface PeerRow {
  readonly peer: "loom" | "shuttle" | "simpy";
  readonly version: string;
  readonly program?: string;
  readonly strategy?: string;
  readonly schedules?: number;
  readonly schedulesPerSecond?: number;
  /** Whether the exploration came to its end. */
  readonly complete?: boolean;
  readonly workload?: "timeouts" | "resource";
  readonly processes?: number;
  readonly eventsPerSecond?: number;
}

/**
 * Runs the peers' own program and reads its rows; its messages (which peer is left out, and why) go to the terminal.
 *
 * @param seconds time for each program and engine
 */
export function peerRows(seconds: number): Promise<PeerRow[]> {
  const child = spawn(process.execPath, [join(__dirname, "peers", "run.mjs"), "--json", "--seconds", String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () =>
      resolve(
        text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as PeerRow),
      ),
    );
  });
}

/** "loom 0.7.2, shuttle 0.9.9": those that ran. */
export function versionsOf(rows: readonly PeerRow[]): string {
  return [...new Set(rows.map(({ peer, version }) => `${peer} ${version}`))].join(", ");
}
