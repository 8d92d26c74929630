/** The answers that need no module beyond this one: a bare `--version` or `--help`. */

import { commandDescriptions, globalDescriptions } from "./descriptions.ts";
import { version } from "./version.ts";

/** The text for standard output; undefined where the command line asks for more. */
export function answerAtOnce(argv: readonly string[]): string | undefined {
  if (argv.length !== 1) return undefined;
  if (argv[0] === "--version") return `${version}\n`;
  if (argv[0] === "--help" || argv[0] === "-h") return rootHelp();
  return undefined;
}

/** The help of the program as a whole. */
export function rootHelp(): string {
  return [
    `A real-time analytics pipeline: Kafka, a stream processor and Pinot (streamctl ${version})`,
    "",
    "USAGE",
    "  streamctl <command> [options]",
    "",
    "COMMANDS",
    ...aligned(Object.entries(commandDescriptions)),
    "",
    "OPTIONS OF EVERY COMMAND",
    ...aligned(Object.entries(globalDescriptions)),
    "",
    "First steps: streamctl up, then streamctl data -n 1000, then streamctl verify --wait 60s",
    "More about a command: streamctl <command> --help",
    "",
  ].join("\n");
}

function aligned(entries: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, description]) => `  ${name.padEnd(width)}  ${description}`);
}
