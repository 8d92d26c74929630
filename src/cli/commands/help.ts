import { rootHelp } from "../root-help.ts";
import { commandHelp } from "../command-help.ts";
import { defineCommand } from "../command.ts";

export const helpCommand = defineCommand({
  name: "help",
  args: { command: { type: "positional", required: false, description: "Name of a command [default: help of streamctl]" } },
  examples: [["streamctl help up", "Show the options and examples of up"]],
  run: async ({ command: name }, { terminal }) => {
    if (name === undefined) {
      await terminal.write(rootHelp(terminal.helpScreen));
      return 0;
    }
    const { loadCommand, unknownCommand } = await import("./catalog.ts");
    const command = await loadCommand(name);
    if (command === undefined) throw unknownCommand(name);
    await terminal.write(commandHelp(command, terminal.helpScreen));
    return 0;
  },
});
