import type { ListedCommand } from "./command.ts";
import { commandDescriptions } from "./descriptions.ts";
import { globalArgs } from "./global-args.ts";
import { argumentRows, optionRows, renderHelp, type HelpScreen } from "./help.ts";

/** The help of one command: examples and its own options first, the common options last. */
export function commandHelp({ name, args, examples }: ListedCommand, screen: HelpScreen): string {
  const words = argumentRows(args);
  const own = optionRows(args);
  const usage = ["streamctl", name, ...words.map(([word]) => `[${word}]`), "[options]"].join(" ");
  const sections = [
    { title: "USAGE", rows: [[usage, ""]] },
    { title: "EXAMPLES", rows: examples },
    { title: "ARGUMENTS", rows: words },
    { title: "OPTIONS", rows: own },
    { title: "COMMON OPTIONS", rows: optionRows(globalArgs) },
  ] as const;
  return renderHelp(commandDescriptions[name], sections, screen);
}
