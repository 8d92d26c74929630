/** Search in topics. */

import type { ServerResponse } from "node:http";
import type { Request } from "../http-server.ts";
import { sendJson } from "../http-server.ts";
import { parseFilter } from "../messages/filter.ts";
import { missing } from "../missing.ts";
import { kafkaSource } from "../messages/kafka-source.ts";
import { readMessage, searchMessages } from "../messages/search.ts";
import type { MessageFilter, MessageQuery } from "../messages/types.ts";
import type { Stack } from "../pipeline/stack-reader.ts";
import { sendLines } from "../responses.ts";
import { wholeNumber, wholeParameter } from "./parameters.ts";
import { StreamctlError } from "../../core/errors.ts";

const anyPartition = { min: 0, max: 1_000_000 };
/** Also for times. */
const anyOffset = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** `/api/messages?topic=…`, or `/api/messages/<topic>/<partition>/<offset>`. Returns false for another path. */
export async function serveMessages(stack: Stack, { path, query, signal }: Request, response: ServerResponse): Promise<boolean> {
  const source = kafkaSource({ brokers: stack.endpoints.kafka });
  const [, , topic, partition, offset] = path;
  if (path.length === 2) {
    await sendLines(response, searchMessages(source, messageQuery(query), { signal }));
    return true;
  }
  if (path.length !== 5 || topic === undefined) return false;
  const place = {
    topic,
    partition: wholeNumber("partition", partition ?? "", anyPartition),
    offset: wholeNumber("offset", offset ?? "", anyOffset),
  };
  const row = await readMessage(source, place, { signal });
  if (row === undefined) throw missing(`There is no message at offset ${place.offset} of partition ${place.partition}`);
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
      return { kind, offset: wholeNumber("from", rest, anyOffset) };
    case "time":
      return { kind, timestampMs: wholeNumber("from", rest, anyOffset) };
    case "cursor":
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
  return query.has("partition") ? wholeParameter(query, "partition", { ...anyPartition, absent: 0 }) : undefined;
}
