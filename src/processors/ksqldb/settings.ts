/** Settings of a ksqlDB server that is not ours: read, and said where they keep the windows from being exact or soon. */

import type { Log } from "../../core/log.ts";
import { arrayAt, at, isObject, stringAt } from "../../core/json.ts";
import { ask } from "./server.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";

/** Settings that our queries ask for themselves; of those that a server does not let them choose, it says so. */
export const queryProperties = {
  // New queries would begin with what comes next.
  "auto.offset.reset": "earliest",
  // By default, what a killed server had counted and not yet marked as read is counted again, for good.
  "processing.guarantee": "exactly_once_v2",
  // Changes of a window are gathered for so long; by default for two seconds.
  "commit.interval.ms": "200",
  // A record without a proper time is left out; some servers end the query at it.
  "ksql.timestamp.throw.on.invalid": "false",
} as const;

/** Settings by name, without the prefix of those that go on to Kafka Streams; empty where the server tells none. */
export async function readSettings(url: string, deadline: StepDeadline): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(url, "SHOW PROPERTIES", deadline);
  const listed = at(answer.json, 0, "properties");
  // Old servers answer an object, newer ones a list of names and values.
  const pairs: readonly (readonly [string, unknown])[] = isObject(listed)
    ? Object.entries(listed)
    : arrayAt(answer.json, 0, "properties").map((property) => [stringAt(property, "name") ?? "", at(property, "value")]);
  const prefix = "ksql.streams.";
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new Map(known.map(([name, value]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, String(value)]));
}

/** One line for each setting that is not as it should be. Pure. */
export function settingWarnings(settings: ReadonlyMap<string, string>): readonly string[] {
  const guarantee = settings.get("processing.guarantee");
  const counts = guarantee === undefined || guarantee.startsWith("exactly_once");
  // The setting itself is not told, only what follows from it: what is done with a record that cannot be read, if not the default.
  const handlerOf = (stage: string): string | undefined => settings.get(`default.${stage}.exception.handler`);
  const reads = handlerOf("production") === undefined || handlerOf("deserialization")?.includes("Continue") === true;
  return [
    ...(counts
      ? []
      : [
          `ksqlDB runs with processing.guarantee=${guarantee}: streamctl's queries ask for exactly_once_v2 themselves; those of others may count twice after a crash`,
        ]),
    ...(reads
      ? []
      : ["ksqlDB runs with ksql.fail.on.deserialization.error=true: one record that is not JSON ends the query of the windows"]),
  ];
}

export async function warnOfSettings(url: string, log: Log, deadline: StepDeadline): Promise<void> {
  for (const warning of settingWarnings(await readSettings(url, deadline))) log.warn(warning);
}
