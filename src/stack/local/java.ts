/** Detects the Java of this machine: program, version, and whether it has a compiler. */

import { resolve } from "node:path";
import { hasCode } from "../../core/errors.ts";
import { findProgram, isExecutable, runCommand } from "../../core/process.ts";

/** Required by Kafka 4 and other engines. https://kafka.apache.org/documentation/#java */
export const requiredJava = 17;

export interface Java {
  /** Full path of `java`; undefined when none is found. */
  readonly program: string | undefined;
  /** Value of JAVA_HOME; undefined when it is not set. */
  readonly home: string | undefined;
  /** Major version; undefined when it cannot be parsed. */
  readonly version: number | undefined;
  /** Output of `java -version`. */
  readonly output: string;
  /** Whether it has a compiler; undefined when that was not checked. */
  readonly compiles: boolean | undefined;
}

/**
 * Full path of the `java` in JAVA_HOME, or of the first on the PATH; undefined when there is none. A relative JAVA_HOME is relative to the
 * folder in which streamctl was called, not to an engine's working directory.
 */
export async function findJava(): Promise<string | undefined> {
  const home = javaHome();
  if (home === undefined) return await findProgram("java");
  const program = resolve(home, "bin", "java");
  return (await isExecutable(program)) ? program : undefined;
}

/** Whether JAVA_HOME is set or the PATH contains a Java of any version. */
export async function hasJava(): Promise<boolean> {
  return javaHome() !== undefined || (await findProgram("java")) !== undefined;
}

/** @param checkCompiler whether to check for a compiler, which takes as long as getting the version */
export async function detectJava({
  checkCompiler,
  signal,
}: {
  readonly checkCompiler: boolean;
  readonly signal?: AbortSignal | undefined;
}): Promise<Java> {
  const [program, home] = [await findJava(), javaHome()];
  if (program === undefined) return { program, home, version: undefined, output: "", compiles: undefined };
  const ask = async (...args: readonly string[]): Promise<string> => {
    try {
      return (await runCommand({ program, args }, { signal })).output;
    } catch (error) {
      if (!hasCode(error, "prerequisite")) throw error;
      return error.message;
    }
  };
  const [output, modules] = await Promise.all([ask("-Xmx64m", "-version"), checkCompiler ? ask("--list-modules") : undefined]);
  return { program, home, version: parseJavaVersion(output), output, compiles: modules?.includes("jdk.compiler@") };
}

/** Major version in the output of `java -version`; 8 for "1.8.0_402". */
export function parseJavaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/u.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function javaHome(): string | undefined {
  return process.env["JAVA_HOME"] || undefined;
}
