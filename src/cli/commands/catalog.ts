import { nearestName } from "../arguments.ts";
import type { CommandName, ListedCommand } from "../command.ts";
import { StreamctlError } from "../../core/errors.ts";

/** All commands. Their modules are loaded on demand. */
const commands: Readonly<Record<CommandName, () => Promise<ListedCommand>>> = {
  up: async () => (await import("./up.ts")).upCommand,
  status: async () => (await import("./status.ts")).statusCommand,
  logs: async () => (await import("./logs.ts")).logsCommand,
  down: async () => (await import("./down.ts")).downCommand,
  data: async () => (await import("./data.ts")).dataCommand,
  query: async () => (await import("./query.ts")).queryCommand,
  verify: async () => (await import("./verify.ts")).verifyCommand,
  chaos: async () => (await import("./chaos.ts")).chaosCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  console: async () => (await import("./console.ts")).consoleCommand,
  eject: async () => (await import("./eject.ts")).ejectCommand,
  help: async () => (await import("./help.ts")).helpCommand,
  "console-server": async () => (await import("./console-server.ts")).consoleServerCommand,
  "class-archives": async () => (await import("./class-archives.ts")).classArchivesCommand,
};

/** Commands that `up` starts as processes of their own. */
const hidden: ReadonlySet<string> = new Set<CommandName>(["console-server", "class-archives"]);

/** The commands for users. */
export const commandNames = Object.keys(commands).filter((name) => !hidden.has(name));

/** Loads the command of that name; undefined if there is none. */
export async function loadCommand(name: string): Promise<ListedCommand | undefined> {
  return Object.hasOwn(commands, name) ? await commands[name as CommandName]() : undefined;
}

export function unknownCommand(name: string): StreamctlError {
  const nearest = nearestName(name, commandNames);
  const hint = nearest === undefined ? "Run: streamctl --help" : `Did you mean: streamctl ${nearest}`;
  return new StreamctlError("usage", `Unknown command "${name}"`, { hint });
}
