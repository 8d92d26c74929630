/** The files of the page, as the server sends them: from the bundle, or from build/console when the program runs from its sources. */

import { createHash } from "node:crypto";
import { StreamctlError } from "../core/errors.ts";
import { projectFolder } from "../core/origin.ts";
import type * as Embedded from "./embedded-page.ts";
import { readBuiltPage } from "./page-reading.ts";

export interface PageFile {
  /** Media type. */
  readonly type: string;
  readonly encoding: "gzip" | null;
  readonly body: Uint8Array;
  /** With quotes, as in the header. */
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
};

/**
 * A file by name, such as `app.js`; the page itself is `index.html`. Undefined if there is no such file.
 *
 * @throws StreamctlError `prerequisite` if the program runs from its sources and the page has not been built
 */
export function readPage(name: string): PageFile | undefined {
  return files().get(name);
}

const files: () => ReadonlyMap<string, PageFile> = once(openFiles);

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function openFiles(): ReadonlyMap<string, PageFile> {
  // A plain require: the bundler embeds the module, and no other runtime evaluates it.
  if (projectFolder === undefined) {
    const { embeddedPage } = require("./embedded-page.ts") as typeof Embedded;
    return new Map(Object.entries(embeddedPage).map(([name, text]) => [name, fileOf(name, "gzip", Buffer.from(text, "base64"))]));
  }
  const built = readBuiltPage();
  if (built === undefined)
    throw new StreamctlError("prerequisite", "The console's page has not been built", { hint: "Build it with: make build" });
  return new Map(Object.entries(built).map(([name, body]) => [name, fileOf(name, null, body)]));
}

function fileOf(name: string, encoding: PageFile["encoding"], body: Uint8Array): PageFile {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  return { type: types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream", encoding, body, etag: `"${hash}"` };
}
