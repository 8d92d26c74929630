/** An answer over HTTP that comes line by line and may never end, such as the changes of a query. */

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
  /** Longest time until the answer begins, in milliseconds; once it did, only the signal ends it. */
  readonly timeoutMs: number;
}

export interface LinesAnswer {
  readonly status: number;
  /** Without their ends. Whoever stops reading closes the connection. */
  readonly lines: AsyncIterable<string>;
}

/**
 * Posts over HTTP/1.1, not through `fetch()`, which gives up an answer that is quiet for some minutes.
 *
 * @throws StreamctlError `unreachable` when no answer begins in time or it breaks off, `prerequisite` when its certificate is not
 *   trusted here, `interrupted` when the signal fires.
 */
export async function postForLines(url: string, { body, headers, signal, timeoutMs }: LinesRequest): Promise<LinesAnswer> {
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
    if (!response.complete) throw new Error("the answer broke off");
  } catch (error) {
    throwIfInterrupted(signal);
    throw error instanceof StreamctlError ? error : broken(error);
  } finally {
    response.destroy();
  }
}
