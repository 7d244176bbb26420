import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { examineLiveKernel } from "../../src/doctor/live.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mm-lab-sys-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function files(content: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
const found = (): Map<string, string> =>
  new Map(examineLiveKernel(root).map(({ what, found: value, state }) => [what, `${state}: ${value}`]));

test("a machine with everything", () => {
  files({
    "proc/sys/kernel/osrelease": "6.18.0-test\n",
    "sys/kernel/mm/ksm/run": "1\n",
    "sys/kernel/mm/ksm/pages_to_scan": "100\n",
    "sys/kernel/mm/ksm/sleep_millisecs": "20\n",
    "sys/kernel/mm/ksm/pages_sharing": "7\n",
    "sys/kernel/mm/ksm/full_scans": "3\n",
    "sys/kernel/mm/ksm/smart_scan": "1\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    "proc/mounts": "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n",
    "sys/fs/cgroup/cgroup.controllers": "cpu memory io\n",
    "proc/pressure/memory": "some avg10=0.00\nfull avg10=0.00\n",
    "proc/sys/kernel/perf_event_paranoid": "1\n",
    "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": "5\n",
    "proc/swaps": "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n",
    "sys/module/zswap/parameters/enabled": "Y\n",
    "sys/block/zram0/disksize": "1\n",
    "sys/devices/system/node/online": "0-1\n",
    "sys/kernel/mm/damon/admin/x": "",
  });
  const rows = found();
  expect(rows.get("kernel release")).toBe("good: 6.18.0-test");
  expect(rows.get("KSM")).toBe(
    "good: run=1 pages_to_scan=100 sleep_millisecs=20 pages_sharing=7 full_scans=3 smart_scan=1, writable",
  );
  expect(rows.get("transparent huge pages")).toBe("good: madvise (of always madvise never)");
  expect(rows.get("cgroup v2")).toBe("good: /sys/fs/cgroup, with the memory controller");
  expect(rows.get("pressure stall information")).toBe("good: some avg10=0.00");
  expect(rows.get("perf_event_paranoid")).toBe("good: 1");
  expect(rows.get("hugetlb pages")).toBe("good: 2048kB: 5");
  expect(rows.get("swap, zram, zswap")).toBe("good: swap: /dev/zram0; zram: zram0; zswap: enabled=Y");
  expect(rows.get("NUMA nodes online")).toBe("good: 0-1");
  expect(rows.get("DAMON")).toBe("good: present");
});

test("a machine with nothing: notes with a remedy or a meaning, never a failure", () => {
  const rows = examineLiveKernel(root);
  expect(rows.filter(({ state }) => state === "broken")).toEqual([]);
  for (const what of [
    "KSM",
    "transparent huge pages",
    "cgroup v2",
    "pressure stall information",
    "perf_event_paranoid",
    "hugetlb pages",
    "swap, zram, zswap",
    "DAMON",
  ]) {
    expect(
      rows.find((row) => row.what === what),
      what,
    ).toMatchObject({ state: "note", meaning: expect.stringMatching(/\w{3}/) as string });
  }
});
