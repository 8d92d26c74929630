import { expect, test } from "bun:test";
import { readSettings, settingWarnings } from "../../../src/processors/ksqldb/settings.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { startScriptedKsqldb } from "./fake-ksqldb-script.ts";

test("readSettings() reads both forms of the answer, and removes the prefix of Kafka Streams", async () => {
  const listed = [
    { name: "ksql.streams.processing.guarantee", scope: "KSQL", value: "exactly_once_v2" },
    { name: "ksql.extension.dir", value: null },
  ];
  const forms = [listed, { "ksql.streams.processing.guarantee": "exactly_once_v2" }];
  await using server = await startScriptedKsqldb(forms.map((properties) => ({ status: 200, text: JSON.stringify([{ properties }]) })));
  const wanted = new Map([["processing.guarantee", "exactly_once_v2"]]);
  expect(await readSettings(server.url, stepDeadline(5000))).toEqual(wanted);
  expect(await readSettings(server.url, stepDeadline(5000))).toEqual(wanted);
});

test("settingWarnings() warns about each unsuitable setting, and about no other", () => {
  const production = ["default.production.exception.handler", "io.confluent.ksql.errors.LogAndFail"] as const;
  const reading = ["default.deserialization.exception.handler", "io.confluent.ksql.errors.LogMetricAndContinueExceptionHandler"] as const;
  expect(settingWarnings(new Map([["processing.guarantee", "exactly_once_v2"], production, reading, ["a", "b"]]))).toEqual([]);
  expect(settingWarnings(new Map())).toEqual([]);
  expect(settingWarnings(new Map([["processing.guarantee", "at_least_once"], production]))).toEqual([
    "ksqlDB runs with processing.guarantee=at_least_once: queries of streamctl use exactly_once_v2, but other queries may count records twice after a crash",
    "ksqlDB runs with ksql.fail.on.deserialization.error=true: one record that is not JSON stops the query of the windows",
  ]);
});
