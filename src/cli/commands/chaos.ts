import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { faultKinds } from "../../trials/chaos/fault-plan.ts";
import type { ChaosContext } from "../../trials/chaos/chaos.ts";
import type { ChaosRequest } from "../../trials/chaos/request.ts";

const args = {
  rounds: { type: "string", valueHint: "N", description: "Number of rounds [default: 5]" },
  seed: { type: "string", valueHint: "N", description: "Seed of the faults; the same seed gives the same faults [default: random]" },
  rate: { type: "string", valueHint: "N", description: "Messages per second [default: 2000]" },
  services: { type: "string", valueHint: "NAME,…", description: "Services to break [default: all but the optional ones]" },
  kinds: { type: "string", valueHint: "NAME,…", description: `Kinds of faults [default: ${faultKinds.join(",")}]` },
} as const satisfies ArgsDef;

export const chaosCommand = defineCommand({
  name: "chaos",
  args,
  examples: [
    ["streamctl chaos", "Five rounds with random faults"],
    ["streamctl chaos --rounds 20 --seed 7", "Twenty rounds, the same faults in each run"],
    ["streamctl chaos --services kafka --kinds kill,freeze", "Kill and suspend only Kafka"],
  ],
  run: async (typed, context) => {
    const { resolveChaosRequest } = await import("../../trials/chaos/request.ts");
    const request = resolveChaosRequest(typed, Math.floor(Math.random() * 2 ** 32));
    const { chaos } = await import("../../trials/chaos/chaos.ts");
    const { renderChaos } = await import("../render/chaos.ts");
    const { renderJson } = await import("../render/json.ts");
    const { live, write, outputColumns: width } = context.terminal;
    try {
      const report = await chaos(request, await narrated(request, context));
      live("");
      await write(context.globals.json ? renderJson(report) : renderChaos(report, { width }));
      return report.ok ? 0 : 1;
    } finally {
      live("");
    }
  },
});

/** The context of the rounds: logs faults and results, and shows the current step on a terminal. */
async function narrated(request: ChaosRequest, context: CliContext): Promise<ChaosContext> {
  const { pipelineContext } = await import("../pipeline-context.ts");
  const { renderFault, renderRound, renderStart, renderStep } = await import("../render/chaos.ts");
  const { renderCheck } = await import("../render/verify.ts");
  const { log, terminal, globals, entry: workerEntry } = context;
  const waiting = new Set<string>();
  let step = "";
  let detail = "";
  const draw = (): void => terminal.live(globals.quiet || globals.json ? "" : [step, detail].filter((part) => part !== "").join(" · "));
  const show = (text: string): void => {
    detail = text;
    draw();
  };
  return {
    ...pipelineContext(context),
    portOffset: globals.portOffset,
    workerEntry,
    onWait: (service, isWaiting) => {
      if (isWaiting) waiting.add(service);
      else waiting.delete(service);
    },
    onStart: (services) => log.info(renderStart(request, services)),
    onStep: (round, name) => {
      step = renderStep(round, request.rounds, name);
      show("");
    },
    onSent: (delivered) =>
      show([`${delivered} delivered`, ...(waiting.size > 0 ? [`waiting for ${[...waiting].join(", ")}`] : [])].join(" · ")),
    onCheck: (report) => show(renderCheck(report)),
    onFault: (round, fault, phase) => log.info(renderFault(round, fault, phase)),
    onRound: (round) => (round.exact ? log.success : log.warn)(renderRound(round)),
  };
}
