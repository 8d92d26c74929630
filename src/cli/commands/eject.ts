import { defineCommand } from "../command.ts";
import { notAvailable } from "../globals.ts";

export const ejectCommand = defineCommand({
  name: "eject",
  description: "Write out the embedded declarations, for editing (not in this version)",
  args: { folder: { type: "positional", required: false, description: "Folder to write to" } },
  run: async () => {
    throw notAvailable("eject");
  },
});
