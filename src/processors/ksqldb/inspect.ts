import { StreamctlError } from "../../core/errors.ts";
import { unreadableByJava } from "../../core/java-path.ts";
import { readJarFolder } from "../../stack/jar-folder.ts";
import { ksqldbJars, ksqldbMainClass } from "./home.ts";
import type { RuntimeName } from "../../state/service-identity.ts";

/** The folder, once it is sure that a ksqlDB can be run from it. @throws StreamctlError `prerequisite` where none can */
export async function inspectHome(home: string, runtime: RuntimeName): Promise<string> {
  await readJarFolder(ksqldbJars(home), ksqldbMainClass);
  const odd = runtime === "local" ? unreadableByJava(home) : undefined;
  if (odd === undefined) return home;
  throw new StreamctlError("prerequisite", `Cannot use "${home}" as ksqlDB: Java cannot read a path with "${odd}"`, {
    hint: "Give a folder without it: --ksqldb-home DIR",
  });
}
