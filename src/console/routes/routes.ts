/** All requests of the page. */

import type { ServerResponse } from "node:http";
import { serveLive, type LiveSources } from "./live.ts";
import { serveMessages } from "./messages.ts";
import { choiceParameter, wholeParameter } from "./parameters.ts";
import { type Request, type Route, sendJson } from "../http-server.ts";
import { LiveConnection } from "../live-connection.ts";
import { servePage } from "../page-responses.ts";
import type { Stack } from "../pipeline/stack-reader.ts";
import { querySchema, readQueryRequest, runQuery } from "../query.ts";
import { sendLines } from "../responses.ts";
import { stackDocument } from "../services.ts";
import { groupSource, listGroupDocuments } from "../groups.ts";
import { describe, listTopics } from "../topics.ts";
import { chartOf, pageOf } from "../windows/chart.ts";
import { StreamctlError } from "../../core/errors.ts";
import { onlyWindow } from "../../spec/names.ts";
import type { StateFolder } from "../../state/state-folder.ts";

export interface RouteSources extends LiveSources {
  readonly folder: StateFolder;
  readonly version: string;
}

export function routesOf(sources: RouteSources): Route {
  return async (request, response) => {
    const [first, name] = request.path;
    if (first !== "api") return servePage(request, response);
    switch (name) {
      case "ready":
        sendJson(response, { service: "console" });
        return true;
      case "live":
        serveLive(request, new LiveConnection(response), sources, response);
        return true;
      case "windows":
        return serveWindows(sources, request, response);
      default:
        return await serveStack(await requireStack(sources), sources, request, response);
    }
  };
}

async function requireStack({ reader, folder }: RouteSources): Promise<Stack> {
  const stack = await reader.current();
  if (stack !== undefined) return stack;
  throw new StreamctlError("not-running", `There is no stack in "${folder.root}"`, { hint: "Run: streamctl up" });
}

async function serveStack(stack: Stack, sources: RouteSources, request: Request, response: ServerResponse): Promise<boolean> {
  const { path, query, message, signal } = request;
  const [, name, part, ...rest] = path;
  switch ([name, ...(part === undefined ? [] : ["*"]), ...rest].join("/")) {
    case "stack":
      sendJson(response, stackDocument(stack, sources.folder, sources.version));
      return true;
    case "topics":
      sendJson(response, await listTopics(stack, signal));
      return true;
    case "topics/*":
      sendJson(response, await describe(stack, part ?? "", signal));
      return true;
    case "groups":
      sendJson(response, await listGroupDocuments(groupSource(stack, signal), stack.processor.declaration.label));
      return true;
    case "query":
      if (message.method !== "POST") return false;
      await sendLines(response, runQuery(stack, await readQueryRequest(message), signal));
      return true;
    case "query/*":
      if (part !== "schema") return false;
      sendJson(response, await querySchema(stack, signal));
      return true;
    case "services":
    case "processor":
      return await serveSnapshot(name === "services" ? "services" : "processor", sources, request, response);
    case "logs/*":
      return await serveLog(stack, part ?? "", query, response);
    default:
      return name === "messages" ? await serveMessages(stack, request, response) : false;
  }
}

function serveWindows({ monitor }: RouteSources, { path, query }: Request, response: ServerResponse): boolean {
  const { proof } = monitor;
  if (proof === undefined) throw new StreamctlError("not-running", "The windows are not read yet", { hint: "Try again in a few seconds" });
  const { table, revision } = proof;
  const any = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  switch (path.slice(2).join("/")) {
    case "chart": {
      const time = (name: string): number | undefined => (query.has(name) ? wholeParameter(query, name, { ...any, absent: 0 }) : undefined);
      const request = {
        column: query.get("column") ?? "",
        fromMs: time("from"),
        toMs: time("to"),
        bars: wholeParameter(query, "bars", { min: 1, max: 5000, absent: 300 }),
      };
      sendJson(response, chartOf(table, onlyWindow, revision, request));
      return true;
    }
    case "rows": {
      const request = {
        show: choiceParameter(query, "show", ["all", "differing", "settling", "late"]),
        order: choiceParameter(query, "order", ["newest", "oldest"]),
        offset: wholeParameter(query, "offset", { min: 0, max: Number.MAX_SAFE_INTEGER, absent: 0 }),
        limit: wholeParameter(query, "limit", { min: 1, max: 1000, absent: 100 }),
      };
      sendJson(response, pageOf(table, revision, request));
      return true;
    }
    default:
      return false;
  }
}

/** The next snapshot, which is made for this request if there is no other reader. */
async function serveSnapshot(
  name: "services" | "processor",
  { monitor }: RouteSources,
  { signal }: Request,
  response: ServerResponse,
): Promise<boolean> {
  const document = await new Promise<unknown>((resolve, reject) => {
    const stop = monitor.snapshots.subscribe({
      onValue: (snapshot) => {
        if (snapshot.services.services.length > 0) resolve(snapshot[name]);
      },
      onError: reject,
    });
    signal.addEventListener("abort", stop, { once: true });
  });
  sendJson(response, document);
  return true;
}

async function serveLog(
  { runtime, definitions }: Stack,
  service: string,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<boolean> {
  if (!definitions.some(({ name }) => name === service)) return false;
  const lines = await runtime.tailLog(service, wholeParameter(query, "lines", { min: 1, max: 5000, absent: 200 }));
  sendJson(response, { service, lines: lines ?? [] });
  return true;
}
