import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** Path of a Chromium or Chrome on this machine, or undefined. MMLAB_CHROMIUM names one that is elsewhere. */
export function findChromium(): string | undefined {
  const named = process.env["MMLAB_CHROMIUM"];
  if (named !== undefined && named !== "") return existsSync(named) ? named : undefined;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    ...names.flatMap((name) => ["/usr/bin", "/usr/local/bin", "/snap/bin", ...folders].map((folder) => join(folder, name))),
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    chromium.executablePath(), // where `npx playwright-core install chromium` puts it
  ];
  return candidates.find((path) => path !== "" && existsSync(path));
}

/** Why browser tests cannot run here, or undefined. With MMLAB_REQUIRE_BROWSER=1 they run, and fail, all the same. */
export function whyNoBrowser(): string | undefined {
  if (findChromium() !== undefined || process.env["MMLAB_REQUIRE_BROWSER"] === "1") return undefined;
  const reason = "browser tests skipped: no Chromium found (install one, name it in MMLAB_CHROMIUM, or run `npx playwright-core install chromium`)";
  process.stderr.write(`${reason}\n`);
  return reason;
}

/** A headless browser with a fresh profile that asks nothing of the network by itself. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(`no Chromium found${process.env["MMLAB_REQUIRE_BROWSER"] === "1" ? ", and MMLAB_REQUIRE_BROWSER=1 asks for one" : ""}. Next: install one, or name it in MMLAB_CHROMIUM`);
  }
  return await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
