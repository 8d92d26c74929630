import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import { duration } from "../../core/option-text.ts";
import { formatCount } from "../../core/units.ts";
import type { ReadingProgress } from "../../pipeline/topic-reading.ts";
import type { Verification } from "../../pipeline/verify.ts";
import type { RunStart } from "../../state/ledger.ts";

const args = {
  wait: {
    type: "string",
    valueHint: "DURATION",
    description: "Repeat the check until it passes or DURATION is over [default: check once]",
  },
  strict: { type: "boolean", description: "Also fail on records that no run of this state folder sent" },
} as const satisfies ArgsDef;

export const verifyCommand = defineCommand({
  name: "verify",
  args,
  examples: [
    ["streamctl verify", "Check once"],
    ["streamctl verify --wait 60s", "Give the processor up to 60 seconds to finish"],
    ["streamctl verify --json", "Print every difference as JSON"],
  ],
  run: async (typed, context) => {
    const { renderCheck, renderReading, renderVerify } = await import("../render/verify.ts");
    const { live } = context.terminal;
    const show = (text: string): void => live(context.globals.quiet ? "" : text);
    const request = {
      waitMs: typed.wait === undefined ? 0 : duration("--wait", typed.wait),
      strict: typed.strict,
      portOffset: context.globals.portOffset,
      onProgress: (progress: ReadingProgress) => show(renderReading(progress)),
      onCheck: ({ report, verdict }: Verification) => {
        context.log.debug(`Not equal yet: ${verdict.reasons.map(({ text }) => text).join("; ")}`);
        show(renderCheck(report));
      },
    };
    const { verifyStack } = await import("../../pipeline/verify-stack.ts");
    const { readLedger } = await import("../../state/ledger-reading.ts");
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
    if (open > 0) context.log.warn(`${formatCount(open, "run")} of data did not finish; the records of unfinished runs count as foreign`);
    if (damagedLines > 0) context.log.warn(`${formatCount(damagedLines, "line")} of the ledger cannot be read and were skipped`);
    const { write, outputColumns: width } = context.terminal;
    await write(context.globals.json ? renderJson(verifyDocument(report, verdict)) : renderVerify(report, verdict, { width }));
    return verdict.ok ? 0 : 1;
  },
});
