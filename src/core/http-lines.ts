/** HTTP responses that are streams of lines and may never end, such as the changes of a query. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { StreamctlError } from "./errors.ts";
import { connectionError } from "./http.ts";
import { linesOf } from "./lines.ts";
import { Deadline, throwIfInterrupted } from "./wait.ts";

export interface LinesRequest {
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Maximum wait for the response's headers, in milliseconds; after that only the signal ends it. */
  readonly timeoutMs: number;
}

export interface LinesResponse {
  readonly status: number;
  /** Without line ends. Ending the iteration closes the connection. */
  readonly lines: AsyncIterable<string>;
}

/**
 * Posts over HTTP/1.1, not with `fetch()`, which closes a response that is idle for some minutes.
 *
 * @throws StreamctlError `unreachable` when no response begins in time or the connection breaks, `prerequisite` when the certificate is
 *   not trusted, `interrupted` when the signal fires.
 */
export async function postForLines(url: string, { body, headers, signal, timeoutMs }: LinesRequest): Promise<LinesResponse> {
  throwIfInterrupted(signal);
  const text = JSON.stringify(body);
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const length = String(Buffer.byteLength(text));
  const broken = (error: unknown): StreamctlError => connectionError(url, error);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, { method: "POST", headers: { ...headers, "content-length": length }, signal });
    const within = new Deadline(timeoutMs);
    within.signal.addEventListener("abort", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), { once: true });
    request.once("error", (error) => {
      within.release();
      reject(error);
    });
    request.once("response", (answer) => {
      within.release();
      resolve(answer);
    });
    request.end(text);
  }).catch((error: unknown) => {
    throwIfInterrupted(signal);
    throw broken(error);
  });
  return { status: response.statusCode ?? 0, lines: answerLines(response, signal, broken) };
}

async function* answerLines(
  response: IncomingMessage,
  signal: AbortSignal,
  broken: (error: unknown) => StreamctlError,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* linesOf(response);
    throwIfInterrupted(signal);
    if (!response.complete) throw new Error("the connection closed before the response ended");
  } catch (error) {
    throwIfInterrupted(signal);
    throw error instanceof StreamctlError ? error : broken(error);
  } finally {
    response.destroy();
  }
}
