import { chromium, type Browser } from "playwright-core";
import { findChromium } from "../../src/doctor/chromium.js";

/** Why browser tests cannot run here, or undefined. With MMLAB_REQUIRE_BROWSER=1 they run, and fail, all the same. */
export function whyNoBrowser(): string | undefined {
  if (findChromium() !== undefined || process.env["MMLAB_REQUIRE_BROWSER"] === "1") return undefined;
  const reason = "browser tests skipped: no Chromium found (install one, or name it in MMLAB_CHROMIUM)";
  process.stderr.write(`${reason}\n`);
  return reason;
}

/** A headless browser with a fresh profile that asks nothing of the network by itself. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(
      `no Chromium found${process.env["MMLAB_REQUIRE_BROWSER"] === "1" ? ", and MMLAB_REQUIRE_BROWSER=1 asks for one" : ""}. Next: install one, or name it in MMLAB_CHROMIUM`,
    );
  }
  return await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
