import { describe, expect, test } from "bun:test";
import { StreamctlError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Candidate } from "../../../src/trials/compare/candidates.ts";
import type { CompareRow } from "../../../src/trials/compare/report.ts";
import { phases, type PhaseName, runTrials, type Trial } from "../../../src/trials/compare/sequence.ts";

const up = { runtime: undefined, processor: undefined, portOffset: undefined, only: undefined };

function candidate(processor: string): Candidate {
  return { processor, label: processor.toUpperCase(), version: "1", up, isSlowAtFirst: false };
}

interface Scene {
  readonly names: readonly string[];
  /** Called at each phase of each trial; may throw. */
  readonly onMeasure?: (processor: string, phase: PhaseName) => void;
  readonly onClose?: (processor: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs fake trials, which start and stop nothing, and returns the calls in order. */
async function play({ names, onMeasure, onClose, signal = new AbortController().signal }: Scene) {
  const calls: string[] = [];
  const warnings: string[] = [];
  const openFakeTrial = ({ processor }: Candidate): Trial => ({
    async measure(phase): Promise<Partial<CompareRow>> {
      calls.push(`${processor} ${phase}`);
      onMeasure?.(processor, phase);
      if (phase === "start") return { readyMs: 10 };
      return phase === "proof" ? { exact: true } : {};
    },
    async close() {
      calls.push(`${processor} close`);
      onClose?.(processor);
    },
  });
  const steps: string[] = [];
  const result: unknown = await runTrials(names.map(candidate), {
    openTrial: openFakeTrial,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    signal,
    onStep: ({ label, number, of, phase }) => void steps.push(`${label} ${number}/${of} ${phase}`),
  }).catch((error: unknown) => error);
  return { result, calls, warnings, steps };
}

const allPhases = Object.keys(phases);

describe("runTrials()", () => {
  test("measures one processor after the other, each in all phases, and closes it before the next", async () => {
    const { result, calls, steps } = await play({ names: ["one", "two"] });
    expect(calls).toEqual(["one", "two"].flatMap((name) => [...allPhases, "close"].map((phase) => `${name} ${phase}`)));
    expect(steps.slice(0, 2)).toEqual(["ONE 1/2 start", "ONE 1/2 steady"]);
    expect(steps.at(-1)).toBe("TWO 2/2 end");
    expect(result).toMatchObject([
      { processor: "one", version: "1", readyMs: 10, exact: true, reason: null },
      { processor: "two", readyMs: 10, exact: true, reason: null },
    ]);
  });

  test("keeps what was measured before a failure, says why, and goes on with the next processor", async () => {
    const onMeasure = (processor: string, phase: PhaseName): void => {
      if (processor !== "one" || phase !== "burst") return;
      throw new StreamctlError("timeout", "Timed out after 120 s waiting for exact windows", { detail: "last lines of its log" });
    };
    const { result, calls, warnings } = await play({ names: ["one", "two"], onMeasure });
    const reason = "while measuring the burst: Timed out after 120 s waiting for exact windows";
    expect(result).toMatchObject([
      { processor: "one", readyMs: 10, burst: null, exact: false, reason },
      { processor: "two", exact: true, reason: null },
    ]);
    expect(warnings).toEqual([`ONE, ${reason}\nlast lines of its log`]);
    expect(calls.slice(0, 5)).toEqual(["one start", "one steady", "one burst", "one close", "two start"]);
  });

  test("reports a stack that cannot be removed", async () => {
    const onClose = (): void => {
      throw new Error("process 7 does not end");
    };
    const { result, warnings } = await play({ names: ["one"], onClose });
    expect(result).toMatchObject([{ exact: false, reason: "while removing the stack: process 7 does not end" }]);
    expect(warnings).toHaveLength(1);
  });

  test("closes the trial that was interrupted, and begins no other one", async () => {
    const interruption = new AbortController();
    const onMeasure = (_: string, phase: PhaseName): void => {
      if (phase !== "steady") return;
      interruption.abort();
      throw new StreamctlError("interrupted", "Interrupted", { hint: "Ready services keep running" });
    };
    const { result, calls, warnings } = await play({ names: ["one", "two"], onMeasure, signal: interruption.signal });
    expect(result).toMatchObject({ code: "interrupted", hint: undefined });
    expect(calls).toEqual(["one start", "one steady", "one close"]);
    expect(warnings).toEqual([]);
  });
});
