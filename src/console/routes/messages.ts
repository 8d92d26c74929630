/** Search in topics. */

import type { ServerResponse } from "node:http";
import type { Request } from "../http-server.ts";
import { sendJson } from "../http-server.ts";
import { readCursor } from "../messages/cursor.ts";
import { parseFilter } from "../messages/filter.ts";
import { kafkaSource } from "../messages/kafka-source.ts";
import { readMessage, searchMessages } from "../messages/search.ts";
import type { MessageFilter, MessageQuery } from "../messages/types.ts";
import type { Stack } from "../pipeline/stack-reader.ts";
import { sendLines } from "../responses.ts";
import { wholeParameter } from "./parameters.ts";
import { StreamctlError } from "../../core/errors.ts";

const mostPartitions = 1_000_000;

/** `/api/messages?topic=…`, or `/api/messages/<topic>/<partition>/<offset>`. Returns false for another path. */
export async function serveMessages(stack: Stack, { path, query, signal }: Request, response: ServerResponse): Promise<boolean> {
  const source = kafkaSource({ brokers: stack.endpoints.kafka });
  const [, , topic, partition, offset] = path;
  if (path.length === 2) {
    await sendLines(response, searchMessages(source, messageQuery(query), { signal }));
    return true;
  }
  if (path.length !== 5 || topic === undefined) return false;
  const place = { topic, partition: wholeText("partition", partition), offset: wholeText("offset", offset) };
  const row = await readMessage(source, place, { signal });
  if (row === undefined) throw new StreamctlError("usage", `There is no message at offset ${place.offset} of partition ${place.partition}`);
  sendJson(response, row);
  return true;
}

function messageQuery(query: URLSearchParams): MessageQuery {
  const topic = query.get("topic");
  if (topic === null || topic === "") throw new StreamctlError("usage", "Parameter topic is missing");
  const [partition, filter] = [partitionOf(query), filterOf(query)];
  return {
    topic,
    ...(partition === undefined ? {} : { partition }),
    from: startOf(query.get("from") ?? "newest"),
    ...(filter === undefined ? {} : { filter }),
    limit: wholeParameter(query, "limit", { min: 1, max: 500, absent: 100 }),
  };
}

function startOf(text: string): MessageQuery["from"] {
  const [kind, rest] = [text.split(":", 1)[0], text.slice(text.indexOf(":") + 1)];
  switch (kind) {
    case "newest":
    case "oldest":
      return { kind };
    case "offset":
      return { kind, offset: wholeText("from", rest) };
    case "time":
      return { kind, timestampMs: wholeText("from", rest) };
    case "cursor":
      // Checked before the response begins: its status says so.
      readCursor(rest);
      return { kind, cursor: rest };
    default:
      throw new StreamctlError("usage", `Parameter from is "${text}", not newest, oldest, offset:N, time:MS or cursor:TEXT`);
  }
}

/** @throws StreamctlError `usage` for an invalid filter */
export function filterOf(query: URLSearchParams): MessageFilter | undefined {
  const text = query.get("filter")?.trim() ?? "";
  return text === "" ? undefined : parseFilter(text);
}

export function partitionOf(query: URLSearchParams): number | undefined {
  return query.has("partition") ? wholeParameter(query, "partition", { min: 0, max: mostPartitions, absent: 0 }) : undefined;
}

function wholeText(name: string, text: string | undefined): number {
  if (text !== undefined && /^\d{1,16}$/u.test(text)) return Number(text);
  throw new StreamctlError("usage", `Parameter ${name} is "${text ?? ""}", not a whole number`);
}
