import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { InputError } from "@mm-lab/kernel-model";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const FIXED = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/snap/bin/chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * The Chromium the browser tests use: MMLAB_CHROMIUM if set, else the first on the PATH or at a usual place.
 * @returns its path, or undefined where none is installed
 * @throws InputError where MMLAB_CHROMIUM names no program
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env["MMLAB_CHROMIUM"];
  if (chosen !== undefined && chosen !== "") {
    if (isProgram(chosen)) return chosen;
    throw new InputError(
      "MMLAB_CHROMIUM",
      chosen,
      "the path of a Chromium or Chrome program",
      "correct or unset the variable",
    );
  }
  const onPath = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...NAMES.flatMap((name) => onPath.map((folder) => join(folder, name))), ...FIXED].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
