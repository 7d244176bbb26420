/** Small sums over what was seen, for the sentences of the findings. */

/** Lengths of the gaps between processed scans. */
export function skipLengths(scans: readonly number[]): number[] {
  return scans.slice(1).map((scan, i) => scan - scans[i]! - 1);
}

/** The longest stretch of consecutive scans. */
export function longestRun(scans: readonly number[]): number {
  let longest = 0;
  let run = 0;
  for (const [i, scan] of scans.entries()) {
    run = scan === scans[i - 1]! + 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

export function startsWith(scans: readonly number[], expected: readonly number[]): boolean {
  return expected.every((scan, i) => scans[i] === scan);
}

export function range(numbers: readonly number[]): string {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return low === high ? String(low) : `${low} to ${high}`;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
