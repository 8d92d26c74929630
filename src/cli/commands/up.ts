import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { joinNames } from "../../core/list.ts";
import { duration, nameList } from "../../core/option-text.ts";
import { automaticProcessors, processorNames } from "../../processors/catalog.ts";
import { processorArgs, typedOptions } from "../processor-args.ts";

/** Such as `a if available, else b`. */
const automaticText = automaticProcessors
  .map(({ name }, at) => (at === automaticProcessors.length - 1 ? name : `${name} if available`))
  .join(", else ");

const args = {
  runtime: {
    type: "string",
    valueHint: "NAME",
    description: "Where to run the services: local, docker or auto [default: auto, which is local, or docker without Java]",
  },
  processor: {
    type: "string",
    valueHint: "NAME",
    description: `The stream processor that computes the windows: ${joinNames([...processorNames, "auto"], "or")} [default: auto, which is ${automaticText}]`,
  },
  only: { type: "string", valueHint: "NAME,…", description: "Start only these services and their dependencies [default: all]" },
  with: { type: "string", valueHint: "NAME,…", description: "Also start these optional services, now and in later runs" },
  without: { type: "string", valueHint: "NAME,…", description: "Do not start these optional services, now and in later runs" },
  timeout: { type: "string", valueHint: "DURATION", description: "Maximum wait for a service to become ready [default: 180s]" },
  "dry-run": { type: "boolean", description: "Print the plan and change nothing" },
  ...processorArgs(),
  "extra-ca": { type: "string", valueHint: "FILE", description: "PEM file of root certificates to trust while images are built" },
} as const satisfies ArgsDef;

export const upCommand = defineCommand({
  name: "up",
  args,
  examples: [
    ["streamctl up", "Start everything, or what is not running yet"],
    ["streamctl up --only kafka,pinot", "Start Kafka, Pinot and their dependencies"],
    ["streamctl up --dry-run", "Print what would be changed, and why"],
  ],
  run: async (typed, context) => {
    const request = {
      runtime: typed.runtime,
      processor: typed.processor,
      processorOptions: typedOptions(typed),
      only: parseNames("--only", typed.only),
      with: parseNames("--with", typed.with),
      without: parseNames("--without", typed.without),
      portOffset: context.globals.portOffset,
      extraCaFile: typed["extra-ca"],
      timeoutMs: duration("--timeout", typed.timeout ?? "180s", 1000),
    };
    const { planUp, up } = await import("../../pipeline/up.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    if (typed["dry-run"]) {
      const plan = await planUp(request, pipelineContext(context));
      const { renderPlan } = await import("../render/changes.ts");
      const { renderJson } = await import("../render/json.ts");
      await context.terminal.write(
        context.globals.json ? renderJson({ plan }) : renderPlan(plan, { width: context.terminal.outputColumns }),
      );
      return 0;
    }
    const report = await withWaitingLine(context, async (onWait) => await up(request, { ...pipelineContext(context), onWait }));
    const { renderUp } = await import("../render/up.ts");
    const { renderJson } = await import("../render/json.ts");
    await context.terminal.write(context.globals.json ? renderJson(report) : renderUp(report));
    return 0;
  },
});

/** While `work` runs, shows on a terminal which services it waits for and for how long. */
async function withWaitingLine<T>(
  { terminal, globals }: CliContext,
  work: (onWait: (service: string, waiting: boolean) => void) => Promise<T>,
): Promise<T> {
  const since = new Map<string, number>();
  const draw = (): void => {
    const now = performance.now();
    const parts = [...since].map(([service, startedAt]) => `${service} ${Math.floor((now - startedAt) / 1000)} s`);
    terminal.live(parts.length === 0 ? "" : `  waiting for ${parts.join(", ")}`);
  };
  const timer = globals.quiet || globals.json ? undefined : setInterval(draw, 200);
  try {
    return await work((service, waiting) => {
      if (waiting) since.set(service, performance.now());
      else since.delete(service);
    });
  } finally {
    clearInterval(timer);
    terminal.live("");
  }
}

function parseNames(option: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  return nameList(option, text, option === "--only" ? "kafka,pinot" : "NAME,NAME");
}
