import { StreamctlError } from "../../core/errors.ts";
import { unreadableByJava } from "../../core/java-path.ts";
import { readJarFolder } from "../../stack/jar-folder.ts";
import { ksqldbJars, ksqldbMainClass } from "./home.ts";
import type { RuntimeName } from "../../state/service-identity.ts";

/** Checks that ksqlDB can run from a folder, and returns the folder. @throws StreamctlError `prerequisite` if it cannot */
export async function inspectHome(home: string, runtime: RuntimeName): Promise<string> {
  await readJarFolder(ksqldbJars(home), ksqldbMainClass);
  const character = runtime === "local" ? unreadableByJava(home) : undefined;
  if (character === undefined) return home;
  throw new StreamctlError("prerequisite", `Cannot use "${home}" as ksqlDB: Java cannot read a path that contains "${character}"`, {
    hint: "Use a folder without it: --ksqldb-home DIR",
  });
}
