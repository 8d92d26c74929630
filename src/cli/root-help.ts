/** Output of `--version` and `--help`, which needs only these few modules. */

import { commandDescriptions, commandGroups, firstSteps } from "./descriptions.ts";
import { globalArgs } from "./global-args.ts";
import { helpScreen, optionRows, renderHelp, type HelpScreen, type OutputStream } from "./help.ts";
import { version } from "./version.ts";

/** The text for standard output; undefined for any other command line. */
export function helpOrVersion(argv: readonly string[], output: OutputStream): string | undefined {
  if (argv.length !== 1) return undefined;
  if (argv[0] === "--version") return `${version}\n`;
  if (argv[0] === "--help" || argv[0] === "-h" || argv[0] === "help") return rootHelp(helpScreen(output));
  return undefined;
}

/** The help of the program. */
export function rootHelp(screen: HelpScreen): string {
  const sections = [
    { title: "USAGE", rows: [["streamctl <command> [options]", ""]] },
    { title: "FIRST STEPS", rows: firstSteps },
    ...commandGroups.map(([title, names]) => ({ title, rows: names.map((name) => [name, commandDescriptions[name]] as const) })),
    { title: "COMMON OPTIONS", rows: optionRows(globalArgs) },
    { title: "MORE", rows: [["streamctl help <command>", "Options and examples of a command"]] },
  ] as const;
  return renderHelp(`streamctl ${version}: a real-time analytics pipeline of Kafka, a stream processor and Pinot`, sections, screen);
}
