import { expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { readPage } from "../../src/console/page-files.ts";
import { readCompressedPage } from "../../src/console/page-reading.ts";

test("readPage() returns the page, and each file that the page names", () => {
  const page = readPage("index.html");
  const html = new TextDecoder().decode(page?.body);
  expect(page?.type).toBe("text/html; charset=utf-8");
  const named = [...html.matchAll(/(?:src|href)="\/(?!api\/)(?<path>[^"]+)"/gu)].map(({ groups }) => groups?.["path"] ?? "");
  expect(named).not.toEqual([]);
  expect(named.filter((path) => readPage(path) === undefined)).toEqual([]);
});

test("readPage() knows no other name", () => {
  expect(["../package.json", "messages", "/app.js", "index", "", "constructor"].map(readPage)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});

test("readPage() returns an etag per content", () => {
  const [script, styles] = [readPage("app.js"), readPage("app.css")];
  expect(script?.etag).toMatch(/^"[\w-]{22}"$/u);
  expect(script?.etag).not.toBe(styles?.etag);
});

test("the page has no script, style or address that its content security policy forbids", () => {
  const html = new TextDecoder().decode(readPage("index.html")?.body);
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:/u);
});

test("readCompressedPage() returns the same files, at most 350 kB compressed", () => {
  const files = Object.entries(readCompressedPage()).map(([name, text]) => ({ name, bytes: Buffer.from(text, "base64") }));
  expect(files.filter(({ name, bytes }) => !gunzipSync(bytes).equals(readPage(name)?.body ?? new Uint8Array()))).toEqual([]);
  expect(files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)).toBeLessThan(350_000);
});

test("licenses.txt contains the license of each embedded package", () => {
  const text = new TextDecoder().decode(readPage("licenses.txt")?.body);
  for (const name of ["preact", "@preact/signals", "uplot", "@codemirror/view", "@lezer/common", "@tanstack/virtual-core", "style-mod"])
    expect(text).toContain(`\n${name} `);
});
