import type { ArgsDef } from "citty";
import { duration } from "../../core/option-text.ts";
import { defineCommand } from "../command.ts";
import type { RunStart } from "../../state/ledger.ts";
import type { ReadingProgress } from "../../pipeline/topic-reading.ts";
import type { Verification } from "../../pipeline/verify.ts";
import { formatCount } from "../../core/units.ts";

const args = {
  wait: { type: "string", valueHint: "60s", description: "Look again until all is equal or the time is over (default: look once)" },
  strict: { type: "boolean", description: "Also fail on records that no run of this state folder sent" },
} as const satisfies ArgsDef;

export const verifyCommand = defineCommand({
  name: "verify",
  args,
  run: async (typed, context) => {
    const { renderLook, renderReading, renderVerify } = await import("../render/verify.ts");
    const { live } = context.terminal;
    const show = (text: string): void => live(context.globals.quiet ? "" : text);
    const request = {
      waitMs: typed.wait === undefined ? 0 : duration("--wait", typed.wait),
      strict: typed.strict === true,
      portOffset: context.globals.portOffset,
      onProgress: (progress: ReadingProgress) => show(renderReading(progress)),
      onLook: ({ report, verdict }: Verification) => {
        context.log.debug(`Not equal yet: ${verdict.reasons.map(({ text }) => text).join("; ")}`);
        show(renderLook(report));
      },
    };
    const { verifyStack } = await import("../../pipeline/verify-stack.ts");
    const { readLedger } = await import("../../state/ledger.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const { renderJson } = await import("../render/json.ts");
    const { verifyDocument } = await import("../render/verify-document.ts");
    const pipeline = pipelineContext(context);
    let unfinished: readonly RunStart[] = [];
    let damagedLines = 0;
    const readRuns = async () => {
      const ledger = await readLedger(pipeline.folder.ledgerFile);
      unfinished = ledger.unfinished;
      damagedLines = ledger.damagedLines;
      return ledger.runs;
    };
    const { report, verdict } = await verifyStack(request, readRuns, pipeline);
    live("");
    const open = unfinished.filter(({ topic }) => topic === report.topic).length;
    if (open > 0) context.log.warn(`${formatCount(open, "run")} of data still going or killed: what they sent counts as foreign`);
    if (damagedLines > 0) context.log.warn(`${formatCount(damagedLines, "line")} of the ledger cannot be read, and left out`);
    const { write, outputColumns: width } = context.terminal;
    await write(context.globals.json ? renderJson(verifyDocument(report, verdict)) : renderVerify(report, verdict, { width }));
    return verdict.ok ? 0 : 1;
  },
});
