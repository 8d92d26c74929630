import { describe, expect, test } from "bun:test";
import { StreamctlError } from "../../../src/core/errors.ts";
import { type RoundActions, runRounds } from "../../../src/trials/chaos/rounds.ts";
import { failureOf } from "../../processors/failure.ts";
import { fakeControl, fakeData, fault } from "./fakes.ts";

const never = new AbortController().signal;
const exact = { exact: true, reason: null, empty: false, mayChange: false };

/** FAKE actions that record their calls and succeed. */
function fakeActions(events: string[], change: Partial<RoundActions> = {}): RoundActions {
  return {
    send: (round) => fakeData(events, 100 * round),
    control: fakeControl(events),
    up: async () => void events.push("up"),
    verify: async () => {
      events.push("verify");
      return exact;
    },
    ...change,
  };
}

const kill = [fault("kill", "flink")];
const freeze = [fault("freeze", "kafka")];

describe("runRounds()", () => {
  test("sends, breaks, brings back, stops sending and verifies, round after round", async () => {
    const events: string[] = [];
    const listener = {
      onStep: (round: number, step: string) => void events.push(`${round} ${step}`),
      onFault: (round: number, _: unknown, phase: string) => void events.push(`${round} ${phase}`),
      onRound: ({ round }: { readonly round: number }) => void events.push(`${round} done`),
    };
    const rounds = await runRounds([kill, freeze], fakeActions(events), { signal: never, ...listener });
    const after = (round: number): readonly string[] => [
      `${round} starting`,
      "up",
      "data stopped",
      `${round} verifying`,
      "verify",
      `${round} done`,
    ];
    const first = ["1 sending", "data started", "1 begins", "kill flink", ...after(1)];
    const second = ["2 sending", "data started", "2 begins", "freeze kafka", "thaw kafka", "2 ends", ...after(2)];
    expect(events).toEqual([...first, ...second]);
    expect(rounds).toEqual([
      { round: 1, faults: kill, sent: 100, recoverMs: expect.any(Number), exact: true, reason: null },
      { round: 2, faults: freeze, sent: 200, recoverMs: expect.any(Number), exact: true, reason: null },
    ]);
  });

  test("stops after a round that is not exact", async () => {
    const verify = async () => ({ exact: false, reason: "1 of 3 windows differs in Pinot", empty: false, mayChange: true });
    const rounds = await runRounds([kill, kill], fakeActions([], { verify }), { signal: never });
    expect(rounds).toEqual([
      { round: 1, faults: kill, sent: 100, recoverMs: null, exact: false, reason: "1 of 3 windows differs in Pinot" },
    ]);
  });

  const refuse = async (): Promise<never> => await Promise.reject(new StreamctlError("service-failed", "Cannot start flink"));
  const silent = { ...fakeData([], 0), started: refuse };

  test.each<[string, Partial<RoundActions>, number]>([
    ["up fails", { up: refuse }, 100],
    ["verify fails", { verify: refuse }, 100],
    ["a fault fails", { control: fakeControl([], { kill: refuse }) }, 100],
    ["no record is delivered", { send: () => silent }, 0],
    ["data fails", { send: () => ({ ...silent, started: async () => {}, stop: refuse }) }, 0],
  ])("when %s, the round is not exact, for that reason", async (_, change, sent) => {
    const events: string[] = [];
    const rounds = await runRounds([kill, kill], fakeActions(events, change), { signal: never });
    expect(rounds).toEqual([{ round: 1, faults: kill, sent, recoverMs: null, exact: false, reason: "Cannot start flink" }]);
  });

  test("an interruption stops sending first, then ends the rounds", async () => {
    const events: string[] = [];
    const interruption = new AbortController();
    const up = async (): Promise<never> => {
      interruption.abort();
      return await Promise.reject(new StreamctlError("interrupted", "Interrupted"));
    };
    const rounds = runRounds([kill, kill], fakeActions(events, { up }), { signal: interruption.signal });
    expect(await failureOf(rounds)).toMatchObject({ code: "interrupted" });
    expect(events).toEqual(["data started", "kill flink", "data stopped"]);
  });

  test("a defect of this program is no result", async () => {
    const events: string[] = [];
    const up = async (): Promise<never> => await Promise.reject(new TypeError("no such function"));
    expect(await failureOf(runRounds([kill], fakeActions(events, { up }), { signal: never }))).toBeInstanceOf(TypeError);
    expect(events.at(-1)).toBe("data stopped");
  });
});
