import { defineCommand } from "../command.ts";

export const consoleCommand = defineCommand({
  name: "console",
  args: { open: { type: "boolean", description: "Open it in the web browser" } },
  examples: [
    ["streamctl console", "Print the address of the console"],
    ["streamctl console --open", "Open the console in the web browser"],
  ],
  run: async ({ open }, context) => {
    const { openConsole } = await import("../../pipeline/console.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const report = await openConsole({ portOffset: context.globals.portOffset, inBrowser: open }, pipelineContext(context));
    const { renderJson } = await import("../render/json.ts");
    await context.terminal.write(context.globals.json ? renderJson(report) : `${report.url}\n`);
    return 0;
  },
});
