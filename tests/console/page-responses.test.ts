import { describe, expect, test } from "bun:test";
import { gunzipSync, gzipSync } from "node:zlib";
import type { PageFile } from "../../src/console/page-files.ts";
import { servePage } from "../../src/console/page-responses.ts";
import { serve } from "./console-server.ts";

const script = "console.log('ü')";
/** A fake of the page in the executable: its files are compressed. The icon is not. */
const files: Readonly<Record<string, PageFile>> = {
  "index.html": { type: "text/html; charset=utf-8", encoding: "gzip", body: gzipSync("<html>"), etag: '"page"' },
  "app.js": { type: "text/javascript; charset=utf-8", encoding: "gzip", body: gzipSync(script), etag: '"script"' },
  "icon.svg": { type: "image/svg+xml", encoding: null, body: Buffer.from("<svg/>"), etag: '"icon"' },
};

async function ask(path: string, ...headers: readonly string[]) {
  const { port, send } = await serve(async (request, response) =>
    servePage(request, response, (name) => (Object.hasOwn(files, name) ? files[name] : undefined)),
  );
  const [method, target] = path.includes(" ") ? path.split(" ") : ["GET", path];
  return await send(`${method} ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers);
}

describe("servePage()", () => {
  test("sends a file with its type and size, which a browser must check before it uses it again", async () => {
    const { status, headers, body } = await ask("/app.js");
    expect([status, body]).toEqual([200, script]);
    expect(headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "content-length": String(Buffer.byteLength(script)),
      "cache-control": "no-cache",
      etag: '"script"',
      vary: "accept-encoding",
    });
    expect(headers["content-encoding"]).toBeUndefined();
  });

  test("sends the page for each view, and 404 for a file that does not exist", async () => {
    for (const path of ["/", "/messages", "/messages/orders", "/windows?show=late", "/a.b%2Fc"])
      expect([path, (await ask(path)).body]).toEqual([path, "<html>"]);
    for (const path of ["/nothing.js", "/views/app.js", "/..%2Fapp.js", "/index.html.map"])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
  });

  test("sends a compressed file as it is to a browser that accepts it", async () => {
    const { url } = await serve(async (request, response) => servePage(request, response, (name) => files[name]));
    const response = await fetch(`${url}/app.js`, { headers: { "accept-encoding": "deflate, gzip, br" }, decompress: false });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([response.headers.get("content-encoding"), gunzipSync(bytes).toString()]).toEqual(["gzip", script]);
    expect(response.headers.get("content-length")).toBe(String(bytes.length));
  });

  test("sends other files, and to other browsers, without compression", async () => {
    const icon = await ask("/icon.svg", "Accept-Encoding: gzip");
    expect([icon.headers["content-encoding"], icon.body]).toEqual([undefined, "<svg/>"]);
    const plain = await ask("/app.js", "Accept-Encoding: br");
    expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, script]);
  });

  test("sends nothing that the browser has already", async () => {
    const { status, headers, body } = await ask("/app.js", 'If-None-Match: "script"');
    expect([status, headers["etag"], body]).toEqual([304, '"script"', ""]);
    expect((await ask("/app.js", 'If-None-Match: "old"')).status).toBe(200);
  });

  test("sends only the headers for HEAD", async () => {
    const { status, headers, body } = await ask("HEAD /app.js");
    expect([status, headers["content-length"], body]).toEqual([200, String(Buffer.byteLength(script)), ""]);
  });
});
