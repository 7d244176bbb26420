import { expect, test } from "vitest";
import { freshAdvisor, mixWorkload, scanTimeAdvisor, simulateKsm } from "../../../src/mechanisms/ksm/index.js";

const input = { targetScanTimeS: 200, maxCpu: 70, maxPagesToScan: 30_000 };

test("the integer steps of scan_time_advisor(), worked out by hand", () => {
  const context = freshAdvisor();
  // T = 400 s, cpu = 40 s = 10 %: factor 50; change 100 -> ewma (70*0 + 30*100)/100 = 30; 500*100/50 = 1000 -> *30 % = 300;
  // 500/10 = 50 pages a percent: at most 3500, at least 500.
  expect(scanTimeAdvisor(context, { ...input, pagesToScan: 500, scanTimeMs: 400_900, cpuMs: 40_000 })).toBe(500);
  expect(context).toMatchObject({ scanTimeS: 400, change: 30, cpuMs: 40_000 });
  // T = 300 s, cpu = 12 s = 4 %: factor 66; change 300*100/400 = 75 -> (70*30 + 30*75)/100 = 43; 500*100/66 = 757 -> *43 % = 325;
  // 500/4 = 125 pages a percent: at most 8750, at least 1250.
  expect(scanTimeAdvisor(context, { ...input, pagesToScan: 500, scanTimeMs: 300_000, cpuMs: 52_000 })).toBe(1250);
});

test("a scan of no measurable time or CPU counts as one second and one percent", () => {
  const context = freshAdvisor();
  // factor = 20000; 500*100/20000 = 2 -> *30 % = 0; cost 500 pages a percent: at least 5000.
  expect(scanTimeAdvisor(context, { ...input, pagesToScan: 500, scanTimeMs: 3, cpuMs: 0 })).toBe(5000);
});

test("each bound holds: most CPU, most pages, least CPU", () => {
  const slow = { ...input, scanTimeMs: 4_000_000, targetScanTimeS: 1 };
  const ready = () => ({ ...freshAdvisor(), scanTimeS: 4000, change: 100 });
  // cpu = 400 s of 4000 s = 10 %: 100 pages a percent, so at most 100 * 70.
  expect(scanTimeAdvisor(ready(), { ...slow, pagesToScan: 1000, cpuMs: 400_000 })).toBe(7000);
  expect(scanTimeAdvisor(ready(), { ...slow, pagesToScan: 1000, cpuMs: 400_000, maxCpu: 30 })).toBe(3000);
  // cpu = 1 %: 10000 pages a percent would allow 700,000.
  expect(scanTimeAdvisor(ready(), { ...slow, pagesToScan: 10_000, cpuMs: 40_000 })).toBe(30_000);
  expect(scanTimeAdvisor(ready(), { ...slow, pagesToScan: 10_000, cpuMs: 40_000, maxPagesToScan: 12_345 })).toBe(
    12_345,
  );
});

test("a run under the advisor starts at advisor_min_pages_to_scan", () => {
  const run = simulateKsm({
    workload: mixWorkload({ pages: 1000, shares: { unique: 1 } }),
    scans: 1,
    knobs: { advisor_mode: "scan-time", advisor_min_pages_to_scan: 50, sleep_millisecs: 100 },
    cost: { wakeUpNs: 0 },
  });
  expect(run.series.scan_time[0]).toBeCloseTo((1000 / 50 + 1) * 0.1, 1);
});

test("the advisor brings a full scan near its target time", () => {
  const run = simulateKsm({
    workload: mixWorkload({ pages: 400_000, shares: { unique: 1 } }),
    knobs: { advisor_mode: "scan-time", advisor_target_scan_time: 10, smart_scan: 0 },
    scans: 40,
  });
  expect(run.series.pages_to_scan[0]).not.toBe(500);
  expect(run.mean("scan_time", 30)).toBeGreaterThan(5);
  expect(run.mean("scan_time", 30)).toBeLessThan(15);
});
