import { describe, expect, test } from "bun:test";
import { renderChaos, renderFault, renderRound, renderStart, renderStep } from "../../../src/cli/render/chaos.ts";
import { resolveChaosRequest } from "../../../src/trials/chaos/request.ts";

const kill = { service: "kafka", kind: "kill", atMs: 1234, forMs: null } as const;
const freeze = { service: "pinot", kind: "freeze", atMs: 2000, forMs: 3450 } as const;
const exact = { round: 1, faults: [kill], sent: 20_000, recoverMs: 9876, exact: true, reason: null } as const;
const reason = "1 of 9 windows differs in Pinot; job is not healthy: \u{1B}[31mFAILED";
const different = { round: 2, faults: [kill, freeze], sent: 21_000, recoverMs: null, exact: false, reason } as const;

describe("renderChaos()", () => {
  test("lists the rounds and says that all are exact", () => {
    expect(renderChaos({ rounds: [exact], exact: 1, of: 1, ok: true, seed: 7 }, { width: null })).toMatchInlineSnapshot(`
      "round  faults                sent  recovered in  windows
      ─────  ───────────────────  ─────  ────────────  ───────
          1  kill kafka at 1.2 s  20000  9.9 s         exact

      Every window was exact after the round (seed 7)
      "
    `);
  });

  test("says why a round is not exact, and what to do next", () => {
    expect(renderChaos({ rounds: [exact, different], exact: 1, of: 5, ok: false, seed: 7 }, { width: null })).toMatchInlineSnapshot(`
      "round  faults                                                 sent  recovered in  windows
      ─────  ────────────────────────────────────────────────────  ─────  ────────────  ─────────
          1  kill kafka at 1.2 s                                   20000  9.9 s         exact
          2  kill kafka at 1.2 s, freeze pinot at 2.0 s for 3.5 s  21000                not exact

      Not exact after round 2 of 5 (seed 7): 1 of 9 windows differs in Pinot; job is not healthy: \\u001b[31mFAILED
      next: streamctl status, then streamctl logs
      "
    `);
  });
});

test("the lines of the log name round, fault and result", () => {
  expect([
    renderStart(resolveChaosRequest({ rounds: "1" }, 7), ["kafka", "pinot"]),
    renderStep(1, 5, "starting"),
    renderFault(1, kill, "begins"),
    renderFault(1, freeze, "begins"),
    renderFault(1, freeze, "ends"),
    renderRound(exact),
    renderRound(different),
  ]).toMatchInlineSnapshot(`
    [
      "1 round at 2,000 messages per second: kill, freeze or restart kafka or pinot; seed 7",
      "round 1 of 5 · up",
      "Round 1: kill kafka at 1.2 s",
      "Round 1: freeze pinot at 2.0 s for 3.5 s",
      "Round 1: pinot continues",
      "Round 1: exact 9.9 s after the first fault, 20,000 records delivered",
      "Round 2: not exact, 21,000 records delivered: 1 of 9 windows differs in Pinot; job is not healthy: \\u001b[31mFAILED",
    ]
  `);
});
