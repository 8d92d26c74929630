/** Responses with one JSON document per line, written as the client reads them. */

import type { ServerResponse } from "node:http";
import { errorDocument } from "../core/error-document.ts";

/**
 * Writes each document as a line. Waits while the client does not read, so that nothing is buffered. An error becomes the last line.
 *
 * @param documents ended by the signal of the request
 * @param errorLine the last line for an error
 */
export async function sendLines(
  response: ServerResponse,
  documents: AsyncIterable<unknown>,
  errorLine: (error: unknown) => unknown = (error) => ({ kind: "error", ...errorDocument(error) }),
): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson; charset=utf-8", "cache-control": "no-store" });
  try {
    for await (const document of documents) await writeLine(response, document);
  } catch (error) {
    if (response.destroyed) return;
    await writeLine(response, errorLine(error));
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
