/** The files of the page. Any path without a file is a view of the page. */

import type { ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import type { Request } from "./http-server.ts";
import { readPage } from "./page-files.ts";

/** Answers with a file of the page. Returns false for a path that is neither a file nor a view. @param read a file by name; default: as built */
export function servePage({ path, message }: Request, response: ServerResponse, read: typeof readPage = readPage): boolean {
  const name = path.join("/");
  const isView = !/\.[a-z]+$/u.test(name);
  const file = read(isView ? "index.html" : name);
  if (file === undefined) return false;
  const headers = { "content-type": file.type, "cache-control": "no-cache", etag: file.etag, vary: "accept-encoding" };
  if (message.headers["if-none-match"] === file.etag) {
    response.writeHead(304, headers).end();
    return true;
  }
  const accepted = message.headers["accept-encoding"];
  const isCompressed = file.encoding === "gzip" && typeof accepted === "string" && /\bgzip\b/u.test(accepted);
  const body = file.encoding === "gzip" && !isCompressed ? gunzipSync(file.body) : file.body;
  response.writeHead(200, { ...headers, ...(isCompressed ? { "content-encoding": "gzip" } : {}), "content-length": body.length });
  response.end(message.method === "HEAD" ? undefined : body);
  return true;
}
