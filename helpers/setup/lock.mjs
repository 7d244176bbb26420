import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "./setup-error.mjs";

const HEARTBEAT_MS = 1_000;
/** A holder that has not touched its lock for this long is gone, whatever its process number says. */
const STALE_MS = 20_000;

/**
 * Runs `work` while holding the lock file, so that two processes never do it at once.
 * A lock whose holder died is broken at once, one whose holder fell silent after 20 s.
 *
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} work
 * @param {{ waitMs?: number, onWait?: (holder: string) => void }} [options] waitMs: give up after this long (default 10 min)
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { waitMs = 600_000, onWait } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + waitMs;
  let told = false;
  while (!tryCreate(path)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (holder.dead || holder.silentMs > STALE_MS) {
      breakLock(path, holder.text);
      continue;
    }
    if (!told) onWait?.(`process ${holder.pid}`);
    told = true;
    if (Date.now() > deadline) {
      throw new SetupError(
        `Process ${holder.pid} has held ${path} for too long`,
        "end that process, then run the command again",
      );
    }
    await sleep(50);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off("exit", release);
    release();
  }
}

/** @param {string} path */
function tryCreate(path) {
  try {
    const file = openSync(path, "wx");
    writeSync(file, `${process.pid} ${hostname()}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw new SetupError(
      `Cannot write ${path} (${/** @type {Error} */ (error).message})`,
      "make the repository writable for you",
    );
  }
}

/** @param {string} path */
function readHolder(path) {
  try {
    const text = readFileSync(path, "utf8");
    const silentMs = Date.now() - statSync(path).mtimeMs;
    const [pid = "", host = ""] = text.trim().split(" ");
    // An empty file is a lock being written this very moment: only silence makes it stale.
    return { text, pid, silentMs, dead: pid !== "" && host === hostname() && !isAlive(Number(pid)) };
  } catch {
    return undefined; // released between our two looks
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Moves the dead lock aside first: of two processes that found it dead, one wins the rename, and a lock
 * that a third process took meanwhile is put back.
 * @param {string} path
 * @param {string} expected
 */
function breakLock(path, expected) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== expected) renameSync(aside, path);
    else rmSync(aside, { force: true });
  } catch {
    // somebody else broke it
  }
}

/** @param {string} path */
function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // broken by another process after a long suspend: nothing to keep alive
  }
}
