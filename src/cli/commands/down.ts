import { defineCommand } from "../command.ts";

export const downCommand = defineCommand({
  name: "down",
  args: { volumes: { type: "boolean", description: "Also delete the data, the logs and the state" } },
  examples: [
    ["streamctl down", "Stop all services; the next up resumes with their data"],
    ["streamctl down --volumes", "Stop all services and delete everything"],
  ],
  run: async (args, context) => {
    const { down } = await import("../../pipeline/down.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const report = await down({ volumes: args.volumes, portOffset: context.globals.portOffset }, pipelineContext(context));
    if (context.globals.json) {
      const { renderJson } = await import("../render/json.ts");
      await context.terminal.write(renderJson(report));
    } else {
      const stopped = report.stopped.length > 0 ? `Stopped ${report.stopped.join(", ")}` : "Nothing was running";
      await context.terminal.write(`${stopped}${report.volumesRemoved ? "; data, logs and state are deleted" : ""}\n`);
    }
    return 0;
  },
});
