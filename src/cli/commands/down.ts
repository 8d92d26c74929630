import { defineCommand } from "../command.ts";

export const downCommand = defineCommand({
  name: "down",
  args: { volumes: { type: "boolean", description: "Delete the data, the logs and the state too" } },
  run: async (args, context) => {
    const { down } = await import("../../pipeline/down.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const report = await down({ volumes: args.volumes === true, portOffset: context.globals.portOffset }, pipelineContext(context));
    if (context.globals.json) {
      const { renderJson } = await import("../render/json.ts");
      await context.terminal.write(renderJson(report));
    } else {
      const stopped = report.stopped.length > 0 ? `Stopped ${report.stopped.join(", ")}` : "Nothing was running";
      await context.terminal.write(`${stopped}${report.volumesRemoved ? "; nothing is left" : ""}\n`);
    }
    return 0;
  },
});
