/** A share, 0 to 1, as text: 0.281 is "28.1 %". */
export function percent(share: number, digits = 3): string {
  return `${Number((100 * share).toPrecision(digits))} %`;
}
