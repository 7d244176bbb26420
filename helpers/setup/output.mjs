import { spawn } from "node:child_process";

/**
 * Tells the user what the set-up does. On stderr, so that commands with --json keep stdout to themselves.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`mm-lab: ${line}\n`);
}

/** @param {number} startedMs value of Date.now() at the start */
export function seconds(startedMs) {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}

/**
 * Runs a program, showing its output on stderr while it runs and keeping the end of it for the error message.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] quiet: keep the output, show nothing
 * @returns {Promise<{ status: number, output: string, missing: boolean }>} missing: there is no such program
 */
export function runProgram(program, args, { cwd, env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    /** @param {string} text */
    const take = (text) => {
      output = (output + text).slice(-100_000);
      if (!quiet) process.stderr.write(text);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
      resolve({ status: 127, output: output + error.message, missing });
    });
    child.on("close", (status, signal) =>
      resolve({ status: status ?? 1, output: signal ? `${output}\nended by ${signal}` : output, missing: false }),
    );
  });
}

/**
 * The last lines of a program's output.
 * @param {string} output
 * @param {number} [lines]
 */
export function tail(output, lines = 12) {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}

/**
 * Whether a package manager failed because it could not reach its registry.
 * @param {string} output
 */
export function looksLikeNetwork(output) {
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|NewConnectionError|ConnectTimeout|ReadTimeout|Connection refused|Name or service not known|Temporary failure in name resolution|Failed to fetch|error sending request|Network is unreachable|ProxyError|SSLError|jupyterlab==\S+ \(from versions: none\)/i.test(
    output,
  );
}
