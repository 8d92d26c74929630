import { defineCommand } from "../command.ts";
import { pauseUnlessAborted } from "../../core/wait.ts";

/** Pause between two reports of `--watch`, in milliseconds. */
const watchIntervalMs = 1000;

export const statusCommand = defineCommand({
  name: "status",
  args: { watch: { type: "boolean", description: "Print the status again every second, until interrupted" } },
  examples: [
    ["streamctl status", "Print the status; the exit code is 1 unless everything is healthy"],
    ["streamctl status --watch", "Print the status every second"],
  ],
  run: async (args, context) => {
    const { isHealthy, status } = await import("../../pipeline/status.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const { renderJson } = await import("../render/json.ts");
    const { renderStatus } = await import("../render/status.ts");
    const { outputColumns: width, write } = context.terminal;
    for (;;) {
      const report = await status(context.globals.portOffset, pipelineContext(context));
      const empty = "Nothing is running\n";
      const table = report.services.length === 0 ? empty : renderStatus(report, { width });
      const clear = args.watch && width !== null && !context.globals.json ? "\u{1B}[H\u{1B}[2J" : "";
      await write(context.globals.json ? renderJson(report) : `${clear}${table}`);
      if (!args.watch) return isHealthy(report) ? 0 : 1;
      if (!(await pauseUnlessAborted(watchIntervalMs, context.signal))) return 130;
    }
  },
});
