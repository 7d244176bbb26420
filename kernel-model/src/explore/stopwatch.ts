/**
 * Starts a stopwatch; reads it in seconds. The one place of the model that looks at a clock: a budget of time is the
 * user's wish, ends in the verdict `bounded`, and changes no other result.
 */
export function stopwatch(): () => number {
  // eslint-disable-next-line no-restricted-properties -- see above
  const start = Date.now();
  // eslint-disable-next-line no-restricted-properties -- see above
  return () => (Date.now() - start) / 1000;
}
