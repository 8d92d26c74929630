import type { ArgsDef } from "citty";

/** The options of every command. They may also precede its name. */
export const globalArgs = {
  json: { type: "boolean", description: "Print JSON" },
  "state-dir": { type: "string", valueHint: "DIR", description: "Folder for the state of the stack [default: .streamctl]" },
  "port-offset": {
    type: "string",
    valueHint: "N",
    description: "Number to add to every port, 0 to 56442 [default: as in the last up, or 0]",
  },
  dir: { type: "string", valueHint: "DIR", description: "Folder with configuration from eject" },
  quiet: { type: "boolean", alias: "q", description: "Print warnings and errors only" },
  verbose: { type: "boolean", description: "Print debug messages and causes of errors" },
  help: { type: "boolean", alias: "h", description: "Print this help" },
  version: { type: "boolean", description: "Print the version" },
} as const satisfies ArgsDef;
