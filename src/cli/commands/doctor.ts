import { defineCommand } from "../command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  args: {},
  examples: [["streamctl doctor", "Check what the next up needs; the exit code is 1 if something is missing"]],
  run: async (_, context) => {
    const { doctor } = await import("../../pipeline/doctor.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const findings = await doctor(context.globals.portOffset, pipelineContext(context));
    if (context.globals.json) {
      const { renderJson } = await import("../render/json.ts");
      await context.terminal.write(renderJson({ findings }));
    } else {
      const { escapeControls } = await import("../render/cell.ts");
      const marks = { fine: "ok  ", warns: "warn", lacks: "MISS" } as const;
      for (const { subject, verdict, found, advice } of findings) {
        await context.terminal.write(`${marks[verdict]}  ${subject.padEnd(11)} ${escapeControls(found)}\n`);
        if (advice !== undefined && verdict !== "fine") await context.terminal.write(`                  ${escapeControls(advice)}\n`);
      }
    }
    return findings.some(({ verdict }) => verdict === "lacks") ? 1 : 0;
  },
});
