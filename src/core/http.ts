/** HTTP client for the engines' REST interfaces. A response with any status is a result; only a failed connection is an error. */

import { ofetch } from "ofetch";
import { messageOf, StreamctlError, systemCode } from "./errors.ts";
import { parseJson } from "./json.ts";
import { Deadline, throwIfInterrupted } from "./wait.ts";

export interface HttpRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON with `Content-Type: application/json`; a form as `multipart/form-data`. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a redirect is followed (the default), or is the result. */
  readonly redirect?: "follow" | "manual";
  readonly signal?: AbortSignal | undefined;
  /** Maximum time for the whole exchange, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly text: string;
  /** The body parsed as JSON; undefined where it is not JSON. */
  readonly json: unknown;
  /** Values of its `Set-Cookie` headers; default: none. */
  readonly cookies?: readonly string[];
}

/**
 * Sends one request and returns the response with any status. Never retries: only the caller knows whether that is safe.
 *
 * @throws StreamctlError `unreachable` when there is no response in time, `prerequisite` when the certificate is not trusted,
 *   `interrupted` when the signal fires.
 */
export async function exchange(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
  const { method = "GET", body, headers = {}, redirect = "follow", timeoutMs = 10_000, signal } = request;
  const within = new Deadline(timeoutMs);
  const isForm = body instanceof FormData;
  try {
    const response = await ofetch.raw<string, "text">(url, {
      method,
      headers: { accept: "application/json", ...(body === undefined || isForm ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      redirect,
      signal: signal ? AbortSignal.any([signal, within.signal]) : within.signal,
      responseType: "text",
      ignoreResponseError: true,
      retry: false,
    });
    const text = response._data ?? "";
    return { status: response.status, text, json: parseJson(text), cookies: response.headers.getSetCookie() };
  } catch (error) {
    throwIfInterrupted(signal);
    throw connectionError(url, within.signal.aborted ? new Error(`no answer within ${Math.ceil(timeoutMs)} ms`) : error);
  } finally {
    within.release();
  }
}

/** OpenSSL's error codes for a certificate chain without a trusted root. */
const untrusted: ReadonlySet<string | undefined> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/**
 * Turns a failed connection into a StreamctlError. The HTTP clients of Bun, Deno and Node report and wrap the system's error differently.
 */
export function connectionError(url: string, error: unknown): StreamctlError {
  const causes = [...causesOf(error)];
  const distrust = causes.find((cause) => untrusted.has(systemCode(cause)));
  if (distrust !== undefined) {
    return new StreamctlError("prerequisite", `Cannot trust "${url}": ${messageOf(distrust)}`, {
      cause: error,
      hint: "Trust the authority that signed the certificate: NODE_EXTRA_CA_CERTS=ca.pem",
    });
  }
  const engineCode = causes.map(systemCode).find((code) => code !== undefined && Object.hasOwn(reasons, code));
  const why = engineCode === undefined ? messageOf(causes.at(-1)) : reasons[engineCode as keyof typeof reasons];
  return new StreamctlError("unreachable", `Cannot reach "${url}": ${why}`, {
    cause: error,
    hint: "Run: streamctl status",
    facts: { engineCode: engineCode ?? causes.map(systemCode).find((code) => code !== undefined) },
  });
}

/** By the system's error code; `ConnectionRefused` is reported by Bun's `fetch()`. */
const reasons = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ECONNRESET: "connection reset",
} as const;

/**
 * An error and its causes, the root cause last: it describes the failure, the others only repeat the address. For a host with several
 * addresses Node reports all attempts in one AggregateError.
 */
function* causesOf(error: unknown): Generator<unknown, void, undefined> {
  yield error;
  if (error instanceof AggregateError) for (const one of error.errors) yield* causesOf(one);
  if (error instanceof Error && error.cause !== undefined) yield* causesOf(error.cause);
}
