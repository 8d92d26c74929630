import { version } from "../version.ts";
import { defineCommand } from "../command.ts";
import { StreamctlError } from "../../core/errors.ts";
import { wholeNumber } from "../../core/option-text.ts";

/** The process of the service `console`. It runs until it gets a signal. */
export const consoleServerCommand = defineCommand({
  name: "console-server",
  args: {
    port: { type: "string", valueHint: "N", description: "Port of 127.0.0.1 on which it listens" },
    mark: { type: "string", valueHint: "TEXT", description: "Identifies the process; not used otherwise" },
  },
  examples: [],
  run: async ({ port }, context) => {
    if (port === undefined) throw new StreamctlError("usage", "Option --port is missing", { hint: "Run: streamctl console" });
    const { serveConsole } = await import("../../console/serve.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    await serveConsole({ port: wholeNumber("--port", port, 1), version }, pipelineContext(context));
    return 0;
  },
});
