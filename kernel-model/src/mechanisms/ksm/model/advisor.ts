/**
 * The scan-time advisor of Linux 6.8: after each full scan it sets pages_to_scan so that the next one takes the wanted
 * time. All arithmetic is on integers, as in scan_time_advisor() of mm/ksm.c.
 */
import type { KsmKnobs } from "./knobs.js";

const MIN_CPU_PERCENT = 10;
const EWMA_WEIGHT = 30;

export interface AdvisorContext {
  startedMs: number;
  /** Duration of the last full scan, s; 0 before the first. */
  scanTimeS: number;
  /** Smoothed change of the scan time, percent. */
  change: number;
  /** CPU time of ksmd at the end of the last full scan, ms. */
  cpuMs: number;
}

export const freshAdvisor = (): AdvisorContext => ({ startedMs: 0, scanTimeS: 0, change: 0, cpuMs: 0 });

export interface AdvisorInput {
  readonly pagesToScan: number;
  readonly scanTimeMs: number;
  /** CPU time of ksmd since it was created, ms. */
  readonly cpuMs: number;
  readonly targetScanTimeS: number;
  readonly maxCpu: number;
  readonly maxPagesToScan: number;
}

/** The next pages_to_scan; updates the context. */
export function scanTimeAdvisor(context: AdvisorContext, input: AdvisorInput): number {
  const scanTimeS = atLeastOne(Math.floor(input.scanTimeMs / 1000));
  const cpuPercent = atLeastOne(Math.floor((Math.floor(input.cpuMs - context.cpuMs) * 100) / (scanTimeS * 1000)));
  const lastScanTimeS = context.scanTimeS === 0 ? scanTimeS : context.scanTimeS;
  const factor = atLeastOne(Math.floor((input.targetScanTimeS * 100) / scanTimeS));
  const change = atLeastOne(Math.floor((scanTimeS * 100) / lastScanTimeS));
  const smoothed = Math.floor(((100 - EWMA_WEIGHT) * context.change + EWMA_WEIGHT * change) / 100);
  let pages = Math.floor((input.pagesToScan * 100) / factor);
  pages = Math.floor((pages * smoothed) / 100);
  const pagesPerPercent = atLeastOne(Math.floor(input.pagesToScan / cpuPercent));
  pages = Math.min(pages, pagesPerPercent * input.maxCpu);
  pages = Math.max(pages, pagesPerPercent * MIN_CPU_PERCENT);
  pages = Math.min(pages, input.maxPagesToScan);
  context.change = smoothed;
  context.scanTimeS = scanTimeS;
  context.cpuMs = input.cpuMs;
  return pages;
}

/** What the advisor looks at and sets. */
export interface Advised {
  knobs: KsmKnobs;
  readonly advisor: AdvisorContext;
  readonly nowMs: number;
  readonly cpuMs: number;
}

export function advisorStartScan(ksm: Advised): void {
  if (ksm.knobs.advisor_mode === "scan-time") ksm.advisor.startedMs = ksm.nowMs;
}

export function advisorStopScan(ksm: Advised): void {
  const { knobs } = ksm;
  if (knobs.advisor_mode !== "scan-time") return;
  const pages_to_scan = scanTimeAdvisor(ksm.advisor, {
    pagesToScan: knobs.pages_to_scan,
    scanTimeMs: ksm.nowMs - ksm.advisor.startedMs,
    cpuMs: ksm.cpuMs,
    targetScanTimeS: knobs.advisor_target_scan_time,
    maxCpu: knobs.advisor_max_cpu,
    maxPagesToScan: knobs.advisor_max_pages_to_scan,
  });
  ksm.knobs = { ...knobs, pages_to_scan };
}

function atLeastOne(x: number): number {
  return x === 0 ? 1 : x;
}
