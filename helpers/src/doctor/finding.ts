/** One thing the doctor looked at. */
export interface Diagnosis {
  readonly section: "versions" | "kernel" | "build" | "browser" | "live kernel";
  /** What was looked at, e.g. `JupyterLab`. */
  readonly what: string;
  /** What is there, e.g. `4.6.6`. */
  readonly found: string;
  /** good; note: optional or restricted; broken: needed to run, and not usable. */
  readonly state: "good" | "note" | "broken";
  /** What it means, or what to do. Empty where the finding speaks for itself. */
  readonly meaning: string;
}

const MARKS = { good: "ok", note: "--", broken: "!!" };

/** The findings as a text table, one section after the other, broken ones repeated at the end. */
export function describeFindings(findings: readonly Diagnosis[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines: string[] = [];
  let section = "";
  for (const finding of findings) {
    if (finding.section !== section) lines.push(...(section === "" ? [] : [""]), finding.section.toUpperCase());
    section = finding.section;
    lines.push(`  ${MARKS[finding.state]} ${finding.what.padEnd(width)}  ${finding.found}`);
    if (finding.meaning !== "") lines.push(`     ${" ".repeat(width)}  ${finding.meaning}`);
  }
  const broken = findings.filter(({ state }) => state === "broken");
  lines.push(
    "",
    broken.length === 0
      ? "Everything needed to run is in order."
      : `${broken.length} thing(s) keep mm-lab from running: ${broken.map(({ what }) => what).join(", ")}.`,
  );
  return lines.join("\n");
}
