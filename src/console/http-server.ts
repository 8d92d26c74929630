/** The console's HTTP server: checks each request, finds its route, and turns errors into documents. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isMissing, missing } from "./missing.ts";
import { refusalOf } from "./request-guard.ts";
import { errorDocument } from "../core/error-document.ts";
import { StreamctlError, systemCode } from "../core/errors.ts";

export interface Request {
  /** Decoded parts of the path, such as `["api", "topics", "orders"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly message: IncomingMessage;
  /** Aborted when the client closes the connection, and when the server stops. */
  readonly signal: AbortSignal;
}

/** Answers a request, or returns false if it has no answer for this path. */
export type Route = (request: Request, response: ServerResponse) => Promise<boolean>;

const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/**
 * Listens on 127.0.0.1. The caller closes the server.
 *
 * @param route called for each request that `refusalOf` accepts
 * @throws StreamctlError `port-taken`
 */
export async function startServer(port: number, route: Route, signal: AbortSignal): Promise<Server> {
  const server = createServer((message, response) => void respond(message, response, route, signal));
  // Connections of live events have no end.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(port, error)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

function listenError(port: number, error: Error): Error {
  if (systemCode(error) !== "EADDRINUSE") return error;
  return new StreamctlError("port-taken", `Port ${port} (Console) is in use`, {
    cause: error,
    hint: "Use other ports: --port-offset N",
  });
}

async function respond(message: IncomingMessage, response: ServerResponse, route: Route, stopped: AbortSignal): Promise<void> {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  response.on("error", () => closed.abort());
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  try {
    const { method = "GET", url = "/", headers } = message;
    const refusal = refusalOf({ method, url, headers });
    if (refusal !== undefined) {
      sendJson(response, errorDocument(new StreamctlError("permission", refusal.message)), refusal.status);
      return;
    }
    const { pathname, searchParams } = targetOf(url);
    const path = pathname.split("/").slice(1).map(decodePart);
    const signal = AbortSignal.any([closed.signal, stopped]);
    if (await route({ path, query: searchParams, message, signal }, response)) return;
    throw missing(`There is nothing at ${pathname}`);
  } catch (error) {
    if (closed.signal.aborted) return;
    if (response.headersSent) response.destroy();
    else sendJson(response, errorDocument(error), statusOf(error));
  }
}

function targetOf(url: string): URL {
  try {
    return new URL(url, "http://console");
  } catch {
    throw new StreamctlError("usage", `"${url}" is not a valid path`);
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new StreamctlError("usage", `"${part}" is not a valid part of a path`);
  }
}

/** Sends a JSON document that is not cached. */
export function sendJson(response: ServerResponse, document: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(document));
}

function statusOf(error: unknown): number {
  if (!(error instanceof StreamctlError)) return 500;
  if (isMissing(error)) return 404;
  if (error.code === "usage" || error.code === "not-available") return 400;
  return error.code === "internal" ? 500 : 503;
}
