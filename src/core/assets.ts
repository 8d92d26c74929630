/** The declarations that travel inside the executable. The only module that imports what is not code. */

import flinkLocalFlink from "../../config/flink/LocalFlink.java" with { type: "text" };
import flinkConfig from "../../config/flink/config.yaml" with { type: "text" };
import flinkLog4j2 from "../../config/flink/log4j2.properties" with { type: "text" };
import flinkPom from "../../config/flink/pom.xml" with { type: "text" };
import kafkaLog4j2 from "../../config/kafka/log4j2.properties" with { type: "text" };
import kafkaPom from "../../config/kafka/pom.xml" with { type: "text" };
import kafkaServer from "../../config/kafka/server.properties" with { type: "text" };
import pinotBroker from "../../config/pinot/broker.conf" with { type: "text" };
import pinotController from "../../config/pinot/controller.conf" with { type: "text" };
import pinotLog4j2 from "../../config/pinot/log4j2.xml" with { type: "text" };
import pinotPom from "../../config/pinot/pom.xml" with { type: "text" };
import pinotServer from "../../config/pinot/server.conf" with { type: "text" };
import pinotZoo from "../../config/pinot/zoo.cfg" with { type: "text" };
import flink00SessionSql from "../../flink/00-session.sql" with { type: "text" };
import flink01TransactionsSql from "../../flink/01-transactions.sql" with { type: "text" };
import flink02WindowTransactionsSql from "../../flink/02-window_transactions.sql" with { type: "text" };
import flink03WindowIncomeSql from "../../flink/03-window-income.sql" with { type: "text" };
import ksql01TransactionsSql from "../../ksql/01-transactions.sql" with { type: "text" };
import ksql02PaidTransactionsSql from "../../ksql/02-paid_transactions.sql" with { type: "text" };
import ksql03WindowTransactionsSql from "../../ksql/03-window_transactions.sql" with { type: "text" };
import pinotSchemaJson from "../../pinot/schema.json" with { type: "text" };
import pinotTableJson from "../../pinot/table.json" with { type: "text" };
import { StreamctlError } from "./errors.ts";

/** `unknown`, because type checkers guess at a type from the file's name where the import says text. */
const embedded: Readonly<Record<string, unknown>> = {
  "config/flink/LocalFlink.java": flinkLocalFlink,
  "config/flink/config.yaml": flinkConfig,
  "config/flink/log4j2.properties": flinkLog4j2,
  "config/flink/pom.xml": flinkPom,
  "config/kafka/log4j2.properties": kafkaLog4j2,
  "config/kafka/pom.xml": kafkaPom,
  "config/kafka/server.properties": kafkaServer,
  "config/pinot/broker.conf": pinotBroker,
  "config/pinot/controller.conf": pinotController,
  "config/pinot/log4j2.xml": pinotLog4j2,
  "config/pinot/pom.xml": pinotPom,
  "config/pinot/server.conf": pinotServer,
  "config/pinot/zoo.cfg": pinotZoo,
  "flink/00-session.sql": flink00SessionSql,
  "flink/01-transactions.sql": flink01TransactionsSql,
  "flink/02-window_transactions.sql": flink02WindowTransactionsSql,
  "flink/03-window-income.sql": flink03WindowIncomeSql,
  "ksql/01-transactions.sql": ksql01TransactionsSql,
  "ksql/02-paid_transactions.sql": ksql02PaidTransactionsSql,
  "ksql/03-window_transactions.sql": ksql03WindowTransactionsSql,
  "pinot/schema.json": pinotSchemaJson,
  "pinot/table.json": pinotTableJson,
};

/** Paths of every embedded declaration, as they stand in the project, sorted. */
export function assetPaths(): readonly string[] {
  return Object.keys(embedded).toSorted();
}

/** Text of one embedded declaration. @throws StreamctlError `internal` for a path that is not embedded. */
export function readAsset(path: string): string {
  const text = embedded[path];
  if (typeof text !== "string") throw new StreamctlError("internal", `Cannot read "${path}": not embedded`);
  return text;
}
