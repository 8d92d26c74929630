import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { processorArgs, typedOptions } from "../processor-args.ts";
import { joinNames } from "../../core/list.ts";
import { refuse } from "../../core/option-text.ts";
import { formatDuration } from "../../core/units.ts";
import { processorOptions, processors } from "../../processors/catalog.ts";
import { type CompareFormat, compareFormats } from "../render/compare-format.ts";
import type { TrialStep } from "../../trials/compare/sequence.ts";

const names = Object.keys(processors).join(",");

const args = {
  processors: { type: "string", valueHint: "NAME,…", description: `Processors to measure: ${names} [default: all that can run here]` },
  rate: { type: "string", valueHint: "N", description: "Messages per second for freshness and processor time [default: 2000]" },
  duration: { type: "string", valueHint: "DURATION", description: "How long to measure at that rate [default: 30s]" },
  burst: { type: "string", valueHint: "N", description: "Number of messages to read from a full topic [default: 300000]" },
  seed: { type: "string", valueHint: "N", description: "Seed of the generator; the same seed gives the same records [default: random]" },
  output: {
    type: "string",
    alias: "o",
    valueHint: "FORMAT",
    description: `Output format: ${joinNames(compareFormats, "or")} [default: table, or the extension of FILE]`,
  },
  out: { type: "string", valueHint: "FILE", description: "Write to FILE, and print a table [default: standard output]" },
  runtime: { type: "string", valueHint: "NAME", description: "Where to run the services: local, docker or auto [default: as for up]" },
  ...processorArgs(processorOptions.filter(({ external }) => external !== true)),
  timeout: { type: "string", valueHint: "DURATION", description: "Maximum wait for a service to become ready [default: 180s]" },
  "extra-ca": { type: "string", valueHint: "FILE", description: "PEM file of root certificates to trust while images are built" },
} as const satisfies ArgsDef;

export const compareCommand = defineCommand({
  name: "compare",
  args,
  examples: [
    ["streamctl compare", "Measure all processors that can run here"],
    ["streamctl compare --out report.html", "Write a page with charts, too"],
    [`streamctl compare --processors ${names.split(",").slice(0, 1).join("")} --duration 10s`, "Measure one processor, faster"],
  ],
  run: async (typed, context) => {
    const { resolveCompareRequest } = await import("../../trials/compare/request.ts");
    const raw = { ...typed, extraCaFile: typed["extra-ca"], processorOptions: typedOptions(typed) };
    const environment = { portOffset: context.globals.portOffset, randomSeed: Math.floor(Math.random() * 2 ** 32) };
    const request = resolveCompareRequest(raw, environment);
    const format = resolveFormat(typed.output, typed.out, context);
    const { requireWritable, writeReport } = await import("../report-file.ts");
    if (typed.out !== undefined) await requireWritable("--out", typed.out);
    const { compare } = await import("../../trials/compare/compare.ts");
    const { isExact } = await import("../../trials/compare/report.ts");
    const { renderCompare } = await import("../render/compare.ts");
    const { globals, terminal, log, signal, entry } = context;
    const report = await withStepLine(context, async (onStep, onProgress) => {
      return await compare(request, { declarationsDir: globals.declarationsDir, workerEntry: entry, log, signal, onStep, onProgress });
    });
    const printed = typed.out === undefined ? format : globals.json ? "json" : "table";
    // Printed first, so that the result is not lost if the file cannot be written after all.
    await terminal.write(await renderCompare(report, printed, terminal.outputColumns));
    if (typed.out !== undefined) {
      await writeReport(typed.out, await renderCompare(report, format, null));
      log.success(`Wrote ${typed.out}`);
    }
    return isExact(report) ? 0 : 1;
  },
});

function resolveFormat(output: string | undefined, out: string | undefined, { globals }: CliContext): CompareFormat {
  const wanted = output ?? compareFormats.find((name) => out?.endsWith(`.${name}`) === true);
  if (wanted === undefined) return globals.json ? "json" : "table";
  const format = compareFormats.find((name) => name === wanted);
  if (format === undefined) throw refuse("-o", wanted, "not an output format", `Formats: ${compareFormats.join(", ")}`);
  return format;
}

const phaseTexts = {
  start: "starting a stack",
  steady: "freshness at the steady rate",
  burst: "burst",
  recovery: "recovery after kill -9",
  proof: "verifying every window",
  end: "removing the stack",
} as const satisfies Record<TrialStep["phase"], string>;

/** Shows the current step: as a live line on a terminal, otherwise as one line per step. */
async function withStepLine<T>(
  { terminal, globals, log }: CliContext,
  work: (onStep: (step: TrialStep) => void, onProgress: (text: string) => void) => Promise<T>,
): Promise<T> {
  const isLive = terminal.logColumns !== null && !globals.quiet;
  let step: TrialStep | undefined;
  let progress = "";
  let sinceMs = performance.now();
  const draw = (): void => {
    if (step === undefined) return;
    const seconds = Math.floor((performance.now() - sinceMs) / 1000);
    const text = progress !== "" || seconds === 0 ? progress : formatDuration(seconds * 1000);
    terminal.live(`  ${[titleOf(step), text].filter(Boolean).join(", ")}`);
  };
  const timer = isLive ? setInterval(draw, 200) : undefined;
  try {
    return await work(
      (next) => {
        [step, progress, sinceMs] = [next, "", performance.now()];
        if (isLive) draw();
        else log.info(titleOf(next));
      },
      (text) => void (progress = text),
    );
  } finally {
    clearInterval(timer);
    terminal.live("");
  }
}

function titleOf({ label, number, of, phase }: TrialStep): string {
  return `${label} (${number} of ${of}): ${phaseTexts[phase]}`;
}
