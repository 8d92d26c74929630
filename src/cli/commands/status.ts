import { pauseUnlessAborted } from "../../core/wait.ts";
import { defineCommand } from "../command.ts";

/** Pause between two looks of `--watch`, in milliseconds. */
const watchIntervalMs = 1000;

export const statusCommand = defineCommand({
  name: "status",
  args: { watch: { type: "boolean", description: "Look again every second, until interrupted" } },
  run: async (args, context) => {
    const { isHealthy, status } = await import("../../pipeline/status.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const { renderJson } = await import("../render/json.ts");
    const { renderStatus } = await import("../render/status.ts");
    const { outputColumns: width, write } = context.terminal;
    for (;;) {
      const report = await status(context.globals.portOffset, pipelineContext(context));
      const empty = "Nothing was started here\n";
      const table = report.services.length === 0 ? empty : renderStatus(report, { width });
      const clear = args.watch === true && width !== null && !context.globals.json ? "\u{1B}[H\u{1B}[2J" : "";
      await write(context.globals.json ? renderJson(report) : `${clear}${table}`);
      if (args.watch !== true) return isHealthy(report) ? 0 : 1;
      if (!(await pauseUnlessAborted(watchIntervalMs, context.signal))) return 130;
    }
  },
});
