/** Reads the settings of an external ksqlDB server, and warns about those that make results inexact or late. */

import type { Log } from "../../core/log.ts";
import { arrayAt, at, isObject, stringAt } from "../../core/json.ts";
import { ask } from "./server.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";

/** Properties that streamctl sets for its queries. A server that does not permit one rejects the statement. */
export const queryProperties = {
  // The default is the latest offset.
  "auto.offset.reset": "earliest",
  // With the default, at_least_once, records that a killed server had counted but not committed would be counted twice.
  "processing.guarantee": "exactly_once_v2",
  // Changes of a window are buffered for this time; the default is two seconds.
  "commit.interval.ms": "200",
  // Skip records without a valid timestamp; otherwise they may stop the query.
  "ksql.timestamp.throw.on.invalid": "false",
} as const;

/** Settings by name, without the prefix of Kafka Streams settings; empty if the server returns none. */
export async function readSettings(url: string, deadline: StepDeadline): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(url, "SHOW PROPERTIES", deadline);
  const listed = at(answer.json, 0, "properties");
  // Old servers return an object, newer ones a list of names and values.
  const pairs: readonly (readonly [string, unknown])[] = isObject(listed)
    ? Object.entries(listed)
    : arrayAt(answer.json, 0, "properties").map((property) => [stringAt(property, "name") ?? "", at(property, "value")]);
  const prefix = "ksql.streams.";
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new Map(known.map(([name, value]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, String(value)]));
}

/** One warning per unsuitable setting. Pure. */
export function settingWarnings(settings: ReadonlyMap<string, string>): readonly string[] {
  const guarantee = settings.get("processing.guarantee");
  const counts = guarantee === undefined || guarantee.startsWith("exactly_once");
  // The server does not return the setting itself, only the exception handlers that follow from it.
  const handlerOf = (stage: string): string | undefined => settings.get(`default.${stage}.exception.handler`);
  const reads = handlerOf("production") === undefined || handlerOf("deserialization")?.includes("Continue") === true;
  return [
    ...(counts
      ? []
      : [
          `ksqlDB runs with processing.guarantee=${guarantee}: queries of streamctl use exactly_once_v2, but other queries may count records twice after a crash`,
        ]),
    ...(reads
      ? []
      : ["ksqlDB runs with ksql.fail.on.deserialization.error=true: one record that is not JSON stops the query of the windows"]),
  ];
}

export async function warnOfSettings(url: string, log: Log, deadline: StepDeadline): Promise<void> {
  for (const warning of settingWarnings(await readSettings(url, deadline))) log.warn(warning);
}
