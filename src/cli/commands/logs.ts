import { defineCommand } from "../command.ts";
import { joinNames } from "../../core/list.ts";
import { wholeNumber } from "../../core/option-text.ts";
import { serviceNames } from "../../pipeline/catalog.ts";

export const logsCommand = defineCommand({
  name: "logs",
  args: {
    service: {
      type: "positional",
      required: false,
      description: `${joinNames(serviceNames, "or")} [default: all]`,
    },
    follow: { type: "boolean", alias: "f", description: "Print new lines as they are written, until interrupted" },
    lines: { type: "string", alias: "n", valueHint: "N", description: "Number of last lines to print per service [default: 100]" },
  },
  examples: [
    ["streamctl logs", "Print the last 100 lines of each service"],
    ["streamctl logs kafka -f", "Follow the log of Kafka"],
  ],
  run: async (args, context) => {
    const request = {
      service: args.service,
      lines: wholeNumber("-n", args.lines ?? "100", 0, 1_000_000),
      follow: args.follow,
    };
    const { logs } = await import("../../pipeline/logs.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const { escapeControlsKeepingLines } = await import("../render/cell.ts");
    const { renderJson } = await import("../render/json.ts");
    const show = async (service: string, line: string): Promise<void> => {
      // Escape control characters in log lines only for a terminal.
      const shown = context.terminal.outputColumns === null ? line : escapeControlsKeepingLines(line);
      const text = args.service === undefined ? `${service.padEnd(9)} | ${shown}` : shown;
      await context.terminal.write(context.globals.json ? renderJson({ service, line }) : `${text}\n`);
    };
    await logs(request, show, pipelineContext(context));
    return request.follow ? 130 : 0;
  },
});
