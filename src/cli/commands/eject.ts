import { defineCommand } from "../command.ts";
import { notAvailable } from "../globals.ts";

export const ejectCommand = defineCommand({
  name: "eject",
  args: { folder: { type: "positional", required: false, description: "Folder to write to" } },
  run: async () => {
    throw notAvailable("eject");
  },
});
