/** Every command, loaded when it is asked for. */

import type { ListedCommand } from "../command.ts";
import type { commandDescriptions } from "../descriptions.ts";

type LazyCommand = () => Promise<ListedCommand>;

export const commands = {
  up: async () => (await import("./up.ts")).upCommand,
  data: async () => (await import("./data.ts")).dataCommand,
  query: async () => (await import("./query.ts")).queryCommand,
  verify: async () => (await import("./verify.ts")).verifyCommand,
  status: async () => (await import("./status.ts")).statusCommand,
  logs: async () => (await import("./logs.ts")).logsCommand,
  down: async () => (await import("./down.ts")).downCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  eject: async () => (await import("./eject.ts")).ejectCommand,
} as const satisfies Readonly<Record<keyof typeof commandDescriptions, LazyCommand>>;
