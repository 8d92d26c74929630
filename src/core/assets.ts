/** The declarations that travel inside the executable. The only module that imports what is not code. */

import flinkPom from "../../config/flink/pom.xml" with { type: "text" };
import kafkaPom from "../../config/kafka/pom.xml" with { type: "text" };
import pinotPom from "../../config/pinot/pom.xml" with { type: "text" };
import { StreamctlError } from "./errors.ts";

/** `unknown`, because type checkers guess at a type from the file's name where the import says text. */
const embedded: Readonly<Record<string, unknown>> = {
  "config/flink/pom.xml": flinkPom,
  "config/kafka/pom.xml": kafkaPom,
  "config/pinot/pom.xml": pinotPom,
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
