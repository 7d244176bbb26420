/** A result as JSON text: maps become objects, so that nothing of a verdict is lost on the way. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) => (part instanceof Map ? Object.fromEntries(part as ReadonlyMap<string, unknown>) : part),
    1,
  );
}
