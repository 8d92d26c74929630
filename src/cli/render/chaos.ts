/** The result of `chaos` as text, and the lines that it logs while it runs. */

import { joinNames } from "../../core/list.ts";
import { formatCount, formatNumber, formatSeconds } from "../../core/units.ts";
import type { ChaosReport } from "../../trials/chaos/chaos.ts";
import type { Fault } from "../../trials/chaos/fault-plan.ts";
import type { ChaosRequest } from "../../trials/chaos/request.ts";
import type { Round, RoundStep } from "../../trials/chaos/rounds.ts";
import { escapeControls } from "./cell.ts";
import { renderTable, type TableOptions } from "./table.ts";

/** A row per round, the verdict, and the next command. */
export function renderChaos(report: ChaosReport, options: TableOptions): string {
  const rows = report.rounds.map(({ round, faults, sent, recoverMs, exact }) => [
    round,
    faults.map(describeFault).join(", "),
    sent,
    recoverMs === null ? null : formatSeconds(recoverMs),
    exact ? "exact" : "not exact",
  ]);
  return `${renderTable(["round", "faults", "sent", "recovered in", "windows"], rows, options)}\n${renderVerdict(report)}`;
}

/** Such as `kill kafka at 1.2 s`. */
function describeFault({ service, kind, atMs, forMs }: Fault): string {
  return `${kind} ${service} at ${formatSeconds(atMs)}${forMs === null ? "" : ` for ${formatSeconds(forMs)}`}`;
}

function renderVerdict({ rounds, of, ok, seed }: ChaosReport): string {
  if (ok) return `Every window was exact after ${of === 1 ? "the round" : `each of ${formatNumber(of)} rounds`} (seed ${seed})\n`;
  const last = rounds.at(-1);
  const reason = escapeControls(last?.reason ?? "unknown");
  return `Not exact after round ${last?.round ?? 1} of ${of} (seed ${seed}): ${reason}\nnext: streamctl status, then streamctl logs\n`;
}

export function renderStart({ rounds, seed, kinds, messagesPerSecond }: ChaosRequest, services: readonly string[]): string {
  const faults = `${joinNames(kinds, "or")} ${joinNames(services, "or")}`;
  return `${formatCount(rounds, "round")} at ${formatNumber(messagesPerSecond)} messages per second: ${faults}; seed ${seed}`;
}

const stepTexts: Readonly<Record<RoundStep, string>> = { sending: "sending", starting: "up", verifying: "verify" };

/** The live line during a step. */
export function renderStep(round: number, of: number, step: RoundStep): string {
  return `round ${round} of ${of} · ${stepTexts[step]}`;
}

export function renderFault(round: number, fault: Fault, phase: "begins" | "ends"): string {
  return `Round ${round}: ${phase === "begins" ? describeFault(fault) : `${fault.service} continues`}`;
}

export function renderRound({ round, sent, recoverMs, exact, reason }: Round): string {
  const records = `${formatCount(sent, "record")} delivered`;
  if (exact) return `Round ${round}: exact ${formatSeconds(recoverMs ?? 0)} after the first fault, ${records}`;
  return `Round ${round}: not exact, ${records}: ${escapeControls(reason ?? "unknown")}`;
}
