/** A round step (1, 2 or 5 times a power of ten) that cuts a span into about `count` pieces. */
export function roundStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const rest = raw / power;
  return power * (rest >= Math.sqrt(50) ? 10 : rest >= Math.sqrt(10) ? 5 : rest >= Math.SQRT2 ? 2 : 1);
}

/** The smallest interval between round numbers around [low, high], and the round numbers in it. */
export function roundDomain(low: number, high: number, count: number): { domain: [number, number]; ticks: number[] } {
  if (!(high > low)) {
    const pad = low === 0 ? 1 : Math.abs(low) / 2;
    return roundDomain(low - (low > 0 ? Math.min(pad, low) : pad), high + pad, count);
  }
  const step = roundStep(high - low, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => clean((first + i) * step));
  return { domain: [ticks[0]!, ticks.at(-1)!], ticks };
}

/** Removes the dust of floating point: 0.30000000000000004 -> 0.3. */
export function clean(value: number): number {
  return Number(value.toPrecision(12));
}
