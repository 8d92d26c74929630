import type { ArgsDef } from "citty";
import { StreamctlError } from "../../core/errors.ts";
import { duration } from "../../core/option-text.ts";
import { automaticProcessors, processorNames, processorOptions } from "../../processors/catalog.ts";
import type { ProcessorOption, TypedOptions } from "../../processors/plugin.ts";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";

/** Such as `a where there is one, else b where there is one`; the last can always be had, and goes without saying. */
const automaticText = automaticProcessors
  .slice(0, -1)
  .map(({ name }) => `${name} where there is one`)
  .join(", ");

const ofProcessors: Readonly<Record<string, ProcessorArgument>> = Object.fromEntries(
  processorOptions.map(({ name, ...option }) => [name, { type: "string", ...option }]),
);

interface ProcessorArgument extends Omit<ProcessorOption, "name"> {
  readonly type: "string";
}

const args = {
  runtime: {
    type: "string",
    valueHint: "auto|local|docker|remote",
    description: "Where the services run (default: auto, docker only without Java)",
  },
  processor: {
    type: "string",
    valueHint: ["auto", ...processorNames].join("|"),
    description: `What keeps the windows (default: auto, ${automaticText})`,
  },
  only: { type: "string", valueHint: "kafka,pinot,…", description: "Start and provision just these and what they need" },
  with: { type: "string", valueHint: "NAME,…", description: "Optional services to start too, kept until --without" },
  without: { type: "string", valueHint: "NAME,…", description: "Optional services to leave out, kept until --with" },
  timeout: { type: "string", valueHint: "180s", description: "Longest time for a service to become ready (default: 180s)" },
  "dry-run": { type: "boolean", description: "Print the plan, change nothing" },
  ...ofProcessors,
  "extra-ca": { type: "string", valueHint: "FILE", description: "Root certificates that builds of images trust, in PEM" },
} as const satisfies ArgsDef;

export const upCommand = defineCommand({
  name: "up",
  args,
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
    if (typed["dry-run"] === true) {
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

/** Draws, on a terminal, which services are being waited for and for how long, while `work` runs. */
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

function typedOptions(typed: Readonly<Record<string, unknown>>): TypedOptions {
  const values = processorOptions.map(({ name }) => [name, typed[name]] as const);
  return Object.fromEntries(values.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function parseNames(option: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new StreamctlError("usage", `Cannot use "${text}" for ${option}: it holds an empty name`, {
    hint: `Write names with commas: ${option} ${option === "--only" ? "kafka,pinot" : "NAME,NAME"}`,
  });
}
