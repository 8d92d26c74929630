/** The Java of this machine: which program, how new it is, and whether it compiles. */

import { resolve } from "node:path";
import { hasCode } from "../../core/errors.ts";
import { findProgram, isExecutable, runCommand } from "../../core/process.ts";

/** Kafka 4 needs it, as do other engines. https://kafka.apache.org/documentation/#java */
export const requiredJava = 17;

export interface Java {
  /** Full path of `java`; undefined where there is none. */
  readonly program: string | undefined;
  /** JAVA_HOME, as it was typed; undefined where it is not set. */
  readonly home: string | undefined;
  /** Major version; undefined where it cannot be read. */
  readonly version: number | undefined;
  /** What it answered to `-version`. */
  readonly said: string;
  /** Whether it can compile; undefined where that was not asked. */
  readonly compiles: boolean | undefined;
}

/**
 * Full path of the `java` of JAVA_HOME, or else of the first on the PATH; undefined where there is none. A relative JAVA_HOME counts from
 * the folder in which streamctl was called, whatever folder an engine works in.
 */
export async function findJava(): Promise<string | undefined> {
  const home = javaHome();
  if (home === undefined) return await findProgram("java");
  const program = resolve(home, "bin", "java");
  return (await isExecutable(program)) ? program : undefined;
}

/** Whether there is a Java here, of whichever version, or JAVA_HOME says that there is. */
export async function hasJava(): Promise<boolean> {
  return javaHome() !== undefined || (await findProgram("java")) !== undefined;
}

/** @param askCompiler whether to ask it too if it compiles, which takes as long again as its version */
export async function lookAtJava({
  askCompiler,
  signal,
}: {
  readonly askCompiler: boolean;
  readonly signal?: AbortSignal | undefined;
}): Promise<Java> {
  const [program, home] = [await findJava(), javaHome()];
  if (program === undefined) return { program, home, version: undefined, said: "", compiles: undefined };
  const ask = async (...words: readonly string[]): Promise<string> => {
    try {
      return (await runCommand({ program, args: words }, { signal })).output;
    } catch (error) {
      if (!hasCode(error, "prerequisite")) throw error;
      return error.message;
    }
  };
  const [said, modules] = await Promise.all([ask("-Xmx64m", "-version"), askCompiler ? ask("--list-modules") : undefined]);
  return { program, home, version: parseJavaVersion(said), said, compiles: modules?.includes("jdk.compiler@") };
}

/** Major version out of what `java -version` prints; 8 for "1.8.0_402". */
export function parseJavaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/u.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function javaHome(): string | undefined {
  return process.env["JAVA_HOME"] || undefined;
}
