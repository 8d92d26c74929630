/** HTTP as the engines' REST interfaces need it: any status is an answer, only silence is an error. */

import { ofetch } from "ofetch";
import { messageOf, StreamctlError, systemCode } from "./errors.ts";
import { deadline, throwIfInterrupted } from "./wait.ts";

export interface HttpRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON with `Content-Type: application/json`. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Longest time for the whole exchange, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** The body parsed as JSON; undefined where it is not JSON. */
  readonly json: unknown;
}

/**
 * One request, one answer, whatever its status. Never retries: what may be repeated is the caller's knowledge.
 *
 * @throws StreamctlError `unreachable` when nothing answers in time, `interrupted` when the signal fires.
 */
export async function exchange(url: string, request: HttpRequest = {}): Promise<HttpAnswer> {
  const { method = "GET", body, headers = {}, timeoutMs = 10_000, signal } = request;
  const patience = deadline(timeoutMs);
  try {
    const response = await ofetch.raw<string, "text">(url, {
      method,
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      responseType: "text",
      ignoreResponseError: true,
      retry: false,
    });
    const text = response._data ?? "";
    return { status: response.status, text, json: parseJson(text) };
  } catch (error) {
    throwIfInterrupted(signal);
    const why = patience.aborted ? `no answer within ${Math.ceil(timeoutMs)} ms` : reasonOf(error);
    throw new StreamctlError("unreachable", `Cannot reach "${url}": ${why}`, { cause: error, hint: "Type: streamctl status" });
  }
}

/** What a failed connection means; the clients of the runtimes word it each in their own way. */
function reasonOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = systemCode(cause);
    if (code === "ECONNREFUSED" || code === "ConnectionRefused" || cause.message.includes("ECONNREFUSED")) return "nothing listens there";
    if (code === "ECONNRESET" || cause.message.includes("ECONNRESET")) return "the connection was reset";
  }
  return messageOf(error);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
