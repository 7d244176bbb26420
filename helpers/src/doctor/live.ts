import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { release, type } from "node:os";
import { join } from "node:path";
import type { Diagnosis } from "./finding.js";

/**
 * What of the live-kernel features this machine offers. Nothing here is needed to run models: recordings in data/ stand in.
 * @param at where /proc and /sys are looked up; another folder only in tests
 */
export function examineLiveKernel(at = "/"): Diagnosis[] {
  const row = (what: string, found: string, state: "good" | "note", meaning = ""): Diagnosis => ({
    section: "live kernel",
    what,
    found,
    state,
    meaning,
  });
  if (at === "/" && type() !== "Linux")
    return [
      row(
        "operating system",
        `${type()} ${release()}`,
        "note",
        "no Linux kernel here: models and recordings work, live measurements do not",
      ),
    ];
  const path = (name: string): string => join(at, name);
  const rows = [row("kernel release", firstLine(path("proc/sys/kernel/osrelease")) ?? release(), "good"), rootRow(row)];
  rows.push(ksmRow(path("sys/kernel/mm/ksm"), row));
  const thp = firstLine(path("sys/kernel/mm/transparent_hugepage/enabled"));
  rows.push(
    thp === undefined
      ? row("transparent huge pages", "not built in", "note", "experiments on THP run on the model only")
      : row("transparent huge pages", `${/\[(\w+)\]/.exec(thp)?.[1] ?? thp} (of ${thp.replace(/[[\]]/g, "")})`, "good"),
  );
  rows.push(cgroupRow(path(""), row));
  rows.push(
    existsSync(path("proc/pressure/memory"))
      ? row("pressure stall information", firstLine(path("proc/pressure/memory")) ?? "present, not readable", "good")
      : row("pressure stall information", "absent", "note", "boot with psi=1 to measure memory pressure"),
  );
  rows.push(perfRow(firstLine(path("proc/sys/kernel/perf_event_paranoid")), row));
  rows.push(hugePagesRow(path("sys/kernel/mm/hugepages"), row), swapRow(path(""), row));
  const nodes = firstLine(path("sys/devices/system/node/online"));
  rows.push(
    row(
      "NUMA nodes online",
      nodes ?? "unknown",
      "good",
      nodes === "0" ? "one node: migration between nodes cannot be measured here" : "",
    ),
  );
  rows.push(
    existsSync(path("sys/kernel/mm/damon/admin"))
      ? row("DAMON", "present", "good")
      : row("DAMON", "absent", "note", "access monitoring needs CONFIG_DAMON_SYSFS"),
  );
  return rows;
}

type Row = (what: string, found: string, state: "good" | "note", meaning?: string) => Diagnosis;

function rootRow(row: Row): Diagnosis {
  const uid = process.getuid?.();
  return uid === 0
    ? row("user", "root", "good")
    : row("user", `uid ${uid ?? "unknown"}`, "note", "most live measurements need root: run those under sudo");
}

function ksmRow(folder: string, row: Row): Diagnosis {
  if (!existsSync(folder))
    return row("KSM", "absent", "note", "this kernel was built without CONFIG_KSM: use the recordings");
  const value = (name: string): string => firstLine(join(folder, name)) ?? "?";
  const values = ["run", "pages_to_scan", "sleep_millisecs", "pages_sharing", "full_scans"].map(
    (name) => `${name}=${value(name)}`,
  );
  if (existsSync(join(folder, "smart_scan"))) values.push(`smart_scan=${value("smart_scan")}`);
  if (firstLine(join(folder, "run")) === undefined)
    return row("KSM", "present, not readable", "note", "run as root to measure");
  const writable = isWritable(join(folder, "run"));
  return row(
    "KSM",
    `${values.join(" ")}, ${writable ? "writable" : "read-only"}`,
    writable ? "good" : "note",
    writable ? "" : "counters can be watched, the scanner cannot be started: run as root outside a container",
  );
}

function cgroupRow(root: string, row: Row): Diagnosis {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(read(join(root, "proc/mounts")) ?? "")?.[1];
  if (mount === undefined)
    return row(
      "cgroup v2",
      "not mounted",
      "note",
      "memory limits cannot be set per experiment; mount -t cgroup2 none /sys/fs/cgroup, or boot with systemd.unified_cgroup_hierarchy=1",
    );
  const controllers = firstLine(join(root, mount, "cgroup.controllers")) ?? "";
  return controllers.split(" ").includes("memory")
    ? row("cgroup v2", `${mount}, with the memory controller`, "good")
    : row(
        "cgroup v2",
        `${mount}, controllers: ${controllers || "none"}`,
        "note",
        "without the memory controller limits cannot be set per experiment",
      );
}

function perfRow(level: string | undefined, row: Row): Diagnosis {
  if (level === undefined)
    return row("perf_event_paranoid", "no perf events", "note", "hardware counters cannot be read");
  const open = Number(level) <= 1 || process.getuid?.() === 0;
  return row(
    "perf_event_paranoid",
    level,
    open ? "good" : "note",
    open ? "" : "kernel-side counters need root, or sysctl kernel.perf_event_paranoid=1",
  );
}

function hugePagesRow(folder: string, row: Row): Diagnosis {
  const sizes = list(folder).map(
    (name) => `${name.replace("hugepages-", "")}: ${firstLine(join(folder, name, "nr_hugepages")) ?? "?"}`,
  );
  return sizes.length === 0
    ? row("hugetlb pages", "none", "note", "no hugetlbfs in this kernel")
    : row("hugetlb pages", sizes.join(", "), "good");
}

function swapRow(root: string, row: Row): Diagnosis {
  const swaps = (read(join(root, "proc/swaps")) ?? "")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/\s+/)[0] ?? "");
  const zswap = ["enabled", "compressor", "zpool", "max_pool_percent", "shrinker_enabled"].flatMap((name) => {
    const value = firstLine(join(root, "sys/module/zswap/parameters", name));
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const zram = list(join(root, "sys/block")).filter((name) => name.startsWith("zram"));
  const found = `swap: ${swaps.length === 0 ? "none" : swaps.join(", ")}; zram: ${zram.length === 0 ? "none" : zram.join(", ")}; zswap: ${zswap.length === 0 ? "absent" : zswap.join(" ")}`;
  return row(
    "swap, zram, zswap",
    found,
    swaps.length === 0 ? "note" : "good",
    swaps.length === 0 ? "reclaim of anonymous memory cannot be measured without swap (swapon)" : "",
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function firstLine(path: string): string | undefined {
  return read(path)?.split("\n")[0]?.trim();
}

function list(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
