/** The Java of this machine: which program, and whether it is new enough for the engines. */

import { join } from "node:path";
import { StreamctlError } from "../../core/errors.ts";
import { findProgram, runCommand } from "../../core/process.ts";

/** Kafka 4 and Flink 2 need 17. https://kafka.apache.org/documentation/#java */
export const requiredJava = 17;

const installHint =
  "Install a JDK 17 or newer (Debian: apt-get install openjdk-17-jdk-headless), point JAVA_HOME at one, or type: streamctl up --runtime docker";

/** The `java` of JAVA_HOME, or else the first on the PATH. */
export function javaProgram(): string {
  const home = process.env["JAVA_HOME"];
  return home ? join(home, "bin", "java") : "java";
}

/** Whether there is a Java here, of whichever version. */
export async function hasJava(): Promise<boolean> {
  return (process.env["JAVA_HOME"] ?? "") !== "" || (await findProgram(javaProgram())) !== undefined;
}

/**
 * Major version of the machine's Java.
 *
 * @throws StreamctlError `prerequisite` when there is none or it is older than {@link requiredJava}.
 */
export async function requireJava(signal?: AbortSignal): Promise<number> {
  let output: string;
  try {
    output = (await runCommand({ program: javaProgram(), args: ["-version"] }, { signal })).output;
  } catch (error) {
    if (error instanceof StreamctlError && error.code === "interrupted") throw error;
    throw new StreamctlError("prerequisite", `Cannot run "${javaProgram()}": no Java here`, { cause: error, hint: installHint });
  }
  const version = parseJavaVersion(output);
  if (version === undefined || version < requiredJava) {
    const found = version === undefined ? "its version cannot be read" : `version ${version} is too old`;
    throw new StreamctlError("prerequisite", `Cannot use "${javaProgram()}": ${found}, ${requiredJava} is needed`, {
      hint: installHint,
      ...(version === undefined ? { detail: output } : {}),
    });
  }
  return version;
}

/** Major version out of what `java -version` prints; 8 for "1.8.0_402". */
export function parseJavaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/u.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
