import { describe, expect, test } from "vitest";
import { ATTRIBUTES, HTML_ELEMENTS, SVG_ELEMENTS } from "../../src/export/allowed-html.js";
import { sanitizeHtml } from "../../src/export/sanitize.js";
import { ADDRESS, ATTACKS } from "./attacks.js";
import { shownText } from "./shown-text.js";

describe("sanitizeHtml", () => {
  test.each([
    ['<table style="text-align:right"><tr><td colspan="2" title="1">a &amp; b</td></tr></table>', undefined],
    ['<p>x <code>a &lt; b</code><br>y</p>', '<p>x <code>a &lt; b</code><br />y</p>'],
    ['<svg viewBox="0 0 1 1"><clipPath id="c"><rect width="1" height="1"></rect></clipPath><g clip-path="url(#c)"></g></svg>', undefined],
    ['<a href="https://docs.kernel.org/mm/ksm.html">x</a>', '<a href="https://docs.kernel.org/mm/ksm.html" rel="noopener noreferrer">x</a>'],
    ["<rect/>", "<rect></rect>"],
    ["a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"],
  ])("keeps %s", (html, expected) => {
    expect(sanitizeHtml(html)).toBe(expected ?? html);
  });

  test.each([
    ["<img src=x onerror=alert(1)>", '<span class="mm-missing" role="img" aria-label="">[picture]</span>'],
    ['<b onclick="x" style="color:red">x</b>', '<b style="color:red">x</b>'],
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["<ScRiPt/x>", "&lt;ScRiPt/x&gt;"],
    ['<a href=" jAvA&#x09;script:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'],
    ['<a href="&#106;avascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'],
    ['<a href="//evil.example/x">x</a>', '<a rel="noopener noreferrer">x</a>'],
    ['<p style="background:url(http://x/)">x</p>', "<p>x</p>"],
    ['<p style="background:u\\72l(http://x/)">x</p>', '<p>x</p>'],
    ['<rect fill="url(http://x/#a)"/>', "<rect></rect>"],
    ['<use href="http://x/u.svg#a"/>', "<use></use>"],
    ['<img src="data:text/html;base64,AAAA">', '<span class="mm-missing" role="img" aria-label="">[picture]</span>'],
    ["<div><b>never closed", "<div><b>never closed</b></div>"],
    ["</div></main>closed too often", "&lt;/main&gt;closed too often"],
    ["a<!-- open", "a"],
    ['<div class="mm-chart big" id="mm-chart-1">', '<div class="big"></div>'],
    ['<p title="a"b<c">', '<p title="a"></p>'],
    ["<input type=text autofocus>", '<span class="mm-missing" role="img" aria-label="">[input]</span>'],
  ])("makes %s inert", (html, expected) => {
    expect(sanitizeHtml(html)).toBe(expected);
  });

  // How a browser reads the result is the business of the test in Chromium; this one holds without a browser.
  test.each(ATTACKS)("leaves nothing of %j but what is listed", (attack) => {
    const html = sanitizeHtml(attack);
    for (const [, name, attributes] of html.matchAll(/<\/?([^\s>]*)([^>]*)>/g)) {
      expect(HTML_ELEMENTS.has(name!) || SVG_ELEMENTS.has(name!), `<${name!}>`).toBe(true);
      expect(attributes).toMatch(/^(?: [\w:-]+(?:="[^"<>]*")?)*(?: \/)?$/);
      for (const [, attribute, value = ""] of attributes!.matchAll(/ ([\w:-]+)(?:="([^"]*)")?/g)) {
        expect(["class", "aria-label", ...ATTRIBUTES["*"]!, ...(ATTRIBUTES[name!] ?? [])]).toContain(attribute);
        if (["title", "aria-label", "id"].includes(attribute!)) continue; // quoted text
        expect(value).not.toContain(ADDRESS);
        expect(value).not.toMatch(/pwned|script:|\\|fixed|absolute|^mm-(?!missing)/i);
      }
    }
    expect(html.replace(/<[^>]*>/g, "")).not.toContain("<");
    expect(sanitizeHtml(html.replaceAll("mm-missing", "missing"))).toBe(html.replaceAll("mm-missing", "missing"));
  });

  test("shows what is no element of a page as it is written", () => {
    const text = "Map<String, Page> x; Path<Step>, a<b>?, <T extends U>, 1 <2, </Vec>, <linux/mm.h> <!";
    expect(shownText(sanitizeHtml(text))).toBe(text.replace("a<b>", "a").replace(" <!", " "));
  });

  test("keeps what style and SVG may say, in any letter case", () => {
    const style = "background:var(--a,#fff);padding:1px 8px;color:color-mix(in srgb, red 20%, blue);position:sticky";
    expect(sanitizeHtml(`<TABLE STYLE="${style}"></TABLE>`)).toBe(`<table style="${style}"></table>`);
    expect(
      sanitizeHtml(`<LINEARGRADIENT ID="a" SPREADMETHOD="pad"/><g transform="translate(1,2) rotate(3)" FILL='url("#a")'/>`),
    ).toBe(
      '<linearGradient id="a" spreadMethod="pad"></linearGradient>' +
        '<g transform="translate(1,2) rotate(3)" fill="url(&quot;#a&quot;)"></g>',
    );
  });

  test("gives ids and their references the prefix of the piece", () => {
    expect(sanitizeHtml('<clipPath id="c"/><g clip-path="url(#c)"/><use href="#c"/>', { idPrefix: "p-" })).toBe(
      '<clipPath id="p-c"></clipPath><g clip-path="url(#p-c)"></g><use href="#p-c"></use>');
  });

  test("rewrites pictures and links as told", () => {
    const html = sanitizeHtml('<img src="a.png" alt="dot" onload="x"><a href="b.ipynb">b</a>', {
      picture: (source) => (source === "a.png" ? "data:image/png;base64,AA==" : undefined), link: (target) => target.replace(".ipynb", ".html") });
    expect(html).toBe('<img src="data:image/png;base64,AA==" alt="dot" /><a href="b.html" rel="noopener noreferrer">b</a>');
  });

  test.each([["<a " + " ".repeat(50_000)], ["<".repeat(50_000)], ["<a b='".repeat(20_000)], ["<!--".repeat(20_000)], ["<b>".repeat(50_000)]])("is quick on hostile input %#", (html) => {
    const start = performance.now();
    sanitizeHtml(html);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("shows what is nested too deep as text, and the next piece as ever", () => {
    const nested = (depth: number): string => "<b>".repeat(depth) + "x" + "</b>".repeat(depth);
    expect(sanitizeHtml(nested(500))).toBe(nested(500));
    expect(shownText(sanitizeHtml(nested(501)))).toBe(nested(501));
    expect(sanitizeHtml("<p>".repeat(2000))).toBe("<p></p>".repeat(2000));
  });
});
