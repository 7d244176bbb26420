import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository this package belongs to: helpers/dist/data (or helpers/src/data) lies three folders below it. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
