import { wholeNumber } from "../../core/option-text.ts";
import { serviceNames } from "../../pipeline/catalog.ts";
import { defineCommand } from "../command.ts";

export const logsCommand = defineCommand({
  name: "logs",
  args: {
    service: {
      type: "positional",
      required: false,
      description: `${serviceNames.slice(0, -1).join(", ")} or ${serviceNames.at(-1)} (default: all)`,
    },
    follow: { type: "boolean", alias: "f", description: "Go on as lines come, until interrupted" },
    lines: { type: "string", alias: "n", valueHint: "N", description: "Lines to begin with, of each service (default: 100)" },
  },
  run: async (args, context) => {
    const request = {
      service: args.service,
      lines: wholeNumber("-n", args.lines ?? "100", 0, 1_000_000),
      follow: args.follow === true,
    };
    const { logs } = await import("../../pipeline/logs.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const { harmlessLines } = await import("../render/cell.ts");
    const { renderJson } = await import("../render/json.ts");
    const show = async (service: string, line: string): Promise<void> => {
      // What engines and their clients log may move the cursor of a terminal; a program gets it as it is.
      const shown = context.terminal.outputColumns === null ? line : harmlessLines(line);
      const text = args.service === undefined ? `${service.padEnd(9)} | ${shown}` : shown;
      await context.terminal.write(context.globals.json ? renderJson({ service, line }) : `${text}\n`);
    };
    await logs(request, show, pipelineContext(context));
    return request.follow ? 130 : 0;
  },
});
