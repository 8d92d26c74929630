import { defineCommand } from "../command.ts";
import { StreamctlError } from "../../core/errors.ts";

export const ejectCommand = defineCommand({
  name: "eject",
  args: { folder: { type: "positional", required: false, description: "Folder to write to, new or empty" } },
  examples: [
    ["streamctl eject my-stack", "Write the configuration to the folder my-stack"],
    ["streamctl --dir my-stack up", "Start the pipeline with that configuration"],
  ],
  run: async ({ folder }, { globals, terminal }) => {
    if (folder === undefined || folder === "") {
      throw new StreamctlError("usage", "No folder given", { hint: "Run: streamctl eject DIR" });
    }
    const { eject } = await import("../../pipeline/eject.ts");
    const { renderJson } = await import("../render/json.ts");
    const report = await eject(folder, globals.portOffset ?? 0);
    const next = `Wrote ${report.files.length} files to ${folder}. Edit them, then: streamctl --dir ${folder} up\n`;
    await terminal.write(globals.json ? renderJson(report) : next);
    return 0;
  },
});
