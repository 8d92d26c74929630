/** Responses with one JSON document per line, written as the client reads them. */

import type { ServerResponse } from "node:http";
import { errorDocument } from "../core/error-document.ts";

/**
 * Writes each document as a line. Waits while the client does not read, so that nothing is buffered. An error before the first document is
 * thrown, so that the response has its status; a later one becomes the last line.
 *
 * @param documents ended by the signal of the request
 */
export async function sendLines(response: ServerResponse, documents: AsyncIterable<unknown>): Promise<void> {
  const iterator = documents[Symbol.asyncIterator]();
  let next = await iterator.next();
  response.writeHead(200, { "content-type": "application/x-ndjson; charset=utf-8", "cache-control": "no-store" });
  try {
    for (; next.done !== true; next = await iterator.next()) await writeLine(response, next.value);
  } catch (error) {
    if (response.destroyed) return;
    await writeLine(response, { kind: "error", ...errorDocument(error) });
  }
  response.end();
}

async function writeLine(response: ServerResponse, document: unknown): Promise<void> {
  if (response.destroyed) return;
  if (response.write(`${JSON.stringify(document)}\n`)) return;
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      response.off("drain", goOn).off("close", goOn);
      resolve();
    };
    response.on("drain", goOn).on("close", goOn);
  });
}
