import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { HTML_ELEMENTS, SVG_ELEMENTS } from "../../src/export/allowed-html.js";
import { sanitizeHtml } from "../../src/export/sanitize.js";
import { ADDRESS, ATTACKS } from "../export/attacks.js";
import { launchChromium, whyNoBrowser } from "./chromium.js";

/**
 * The sanitiser alone: pages without the security policy that an exported page has, read by a browser as it reads any page. What the
 * first reading makes of the text is read a second time, as mutation attacks need it.
 */
describe.skipIf(whyNoBrowser() !== undefined)("sanitised attacks in Chromium", () => {
  let browser: Browser;
  /** Stands for the network; whoever asks it for something is remembered. */
  let network: Server;
  let address: string;
  const asked: string[] = [];

  beforeAll(async () => {
    network = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("content-type", "text/html").end(request.url === "/page" ? page : "reached");
    });
    await new Promise<void>((resolve) => network.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(network.address() as AddressInfo).port}/`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    network?.close();
  });

  let page = "";
  async function read(pieces: readonly string[], check: (page: Page) => Promise<void>): Promise<void> {
    page = `<!DOCTYPE html><script>window.ran = []; window.pwned = () => window.ran.push("pwned")</script>${pieces
      .map((piece) => `<section>${piece.replaceAll(ADDRESS, address)}</section>`)
      .join("")}`;
    asked.length = 0;
    const tab = await browser.newPage();
    try {
      await tab.goto(`${address}page`);
      // In the page's own words: the project's types know no browser.
      await tab.evaluate("document.querySelectorAll('section').forEach((s) => { s.innerHTML = s.innerHTML; })");
      for (const link of await tab.locator("a.click").all()) await link.dispatchEvent("click");
      await tab.waitForTimeout(300); // a request made late would still be seen
      await check(tab);
    } finally {
      await tab.close();
    }
  }
  const ran = (tab: Page): Promise<readonly string[]> =>
    tab.evaluate(() => (globalThis as unknown as { ran: readonly string[] }).ran);
  const loaded = (): readonly string[] => asked.filter((url) => url !== "/page" && url !== "/favicon.ico");

  test("run nothing, load nothing and become no other elements", async () => {
    const listed = [...HTML_ELEMENTS, ...SVG_ELEMENTS];
    await read(
      ATTACKS.map((attack) => sanitizeHtml(attack)),
      async (tab) => {
        expect(await ran(tab)).toEqual([]);
        expect(loaded()).toEqual([]);
        expect(tab.url()).toBe(`${address}page`);
        expect(await tab.locator("body > section").count()).toBe(ATTACKS.length);
        const found = await tab.evaluate<readonly { name: string; handlers: string[]; position: string }[]>(`
          [...document.querySelectorAll("section *")].map((element) => ({
            name: element.localName,
            handlers: [...element.attributes].map(({ name }) => name).filter((name) => name.startsWith("on")),
            position: getComputedStyle(element).position,
          }))`);
        expect(found.length).toBeGreaterThan(50);
        for (const { name, handlers, position } of found) {
          expect([...listed, "tbody"]).toContain(name);
          expect(handlers).toEqual([]);
          expect(["static", "sticky", "relative"]).toContain(position);
        }
      },
    );
  });

  test("are attacks: as they stand, they run and load", async () => {
    const quiet = /refresh|<base|<\/section|plaintext|<textarea|<xmp|<noembed|<title>|<form>|<!--/; // would end the page, or hide the rest
    await read(
      ATTACKS.filter((attack) => !quiet.test(attack)),
      async (tab) => {
        expect((await ran(tab)).length).toBeGreaterThan(15);
        expect(new Set(loaded()).size).toBeGreaterThan(20);
      },
    );
  });
});
