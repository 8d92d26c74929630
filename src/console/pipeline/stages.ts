/** The stages of the pipeline, from what was measured. Pure. */

import type { Distance, Stage, StageState } from "../api.ts";
import type { Histories, Measured, Measurements } from "./measurements.ts";
import type { ServiceStatus } from "../../stack/stack.ts";

export interface StageFacts {
  readonly latest: Measurements;
  readonly histories: Histories;
  readonly nowMs: number;
  /** Newest event time that was read from the stream's topic, and newest window of the topic of windows. */
  readonly newestEventMs: number | null;
  readonly newestWindowMs: number | null;
  readonly windowSizeMs: number;
  /** The end of the log of each service that is down. */
  readonly lastLines: ReadonlyMap<string, readonly string[]>;
  readonly names: {
    readonly stream: string;
    readonly windows: string;
    readonly table: string;
    readonly job: string;
    /** Service and label of the processor. */
    readonly processor: string;
    readonly processorLabel: string;
  };
}

/** A value that is older than this is not shown, in milliseconds. */
const oldMs = 5000;

export function stagesOf(facts: StageFacts): readonly Stage[] {
  const { latest, histories, names, nowMs } = facts;
  const recent = <T>(measured: Measured<T> | undefined): T | undefined =>
    measured !== undefined && nowMs - measured.atMs < oldMs ? measured.value : undefined;
  const [stream, windows, table] = [recent(latest.stream), recent(latest.windows), recent(latest.table)];
  const progress = recent(latest.progress);
  const rate = (history: Histories[keyof Histories]): number | null => history.perSecond(nowMs) ?? null;
  const arriving = rate(histories.stream);
  const kafka = serviceOf("kafka", latest.stream, facts);
  return [
    {
      id: "producer",
      kind: "Producers",
      title: "data and other producers",
      service: null,
      state: arriving !== null && arriving > 0 ? "healthy" : "unknown",
      detail: arriving !== null && arriving > 0 ? null : "no records are arriving",
      lastLines: [],
      records: null,
      perSecond: stream === undefined ? null : arriving,
      newestMs: null,
      behind: null,
    },
    {
      id: "stream",
      kind: "Kafka topic",
      title: names.stream,
      ...kafka,
      records: stream === undefined ? null : stream.reduce((sum, { low, high }) => sum + high - low, 0),
      perSecond: stream === undefined ? null : arriving,
      newestMs: facts.newestEventMs,
      behind: stream === undefined ? null : { records: 0, ms: 0 },
    },
    {
      id: "processor",
      kind: names.processorLabel,
      title: names.job,
      ...serviceOf(names.processor, latest.progress, facts),
      records: progress === undefined ? null : (histories.processor.position ?? null),
      perSecond: progress === undefined ? null : rate(histories.processor),
      newestMs: null,
      behind: progress === undefined ? null : distance(histories.stream, histories.processor.position, nowMs),
    },
    {
      id: "windows",
      kind: "Kafka topic",
      title: names.windows,
      ...serviceOf("kafka", latest.windows, facts),
      records: windows === undefined ? null : windows.reduce((sum, { low, high }) => sum + high - low, 0),
      perSecond: windows === undefined ? null : rate(histories.windows),
      newestMs: facts.newestWindowMs,
      behind: windows === undefined ? null : { records: null, ms: eventTimeNotCovered(facts) },
    },
    {
      id: "table",
      kind: "Pinot table",
      title: names.table,
      ...serviceOf("pinot", latest.table, facts),
      records: table?.rows ?? null,
      perSecond: table?.nextOffset === undefined ? null : rate(histories.table),
      newestMs: table?.newestMs ?? null,
      behind: table?.nextOffset === undefined ? null : distance(histories.windows, histories.table.position, nowMs),
    },
  ];
}

/** Why the topic of the stream cannot be compared with the table now; null if it can, as far as known. */
export function comparisonProblem(stages: readonly Stage[]): string | null {
  const compared = stages.filter(({ id }) => id === "stream" || id === "table");
  const down = compared.find(({ state }) => state !== "healthy" && state !== "unknown");
  if (down === undefined) return null;
  const { kind, title, state, detail } = down;
  return `${kind} "${title}" is ${state}${detail === null ? "" : `: ${detail}`}`;
}

function distance(before: Histories[keyof Histories], position: number | undefined, nowMs: number): Distance {
  if (position === undefined || before.position === undefined) return { records: null, ms: null };
  return { records: Math.max(0, before.position - position), ms: before.agoMs(position, nowMs) ?? null };
}

/** How much of the stream's event time, in milliseconds, lies after the newest window; null if unknown. */
function eventTimeNotCovered({ newestEventMs, newestWindowMs, windowSizeMs }: StageFacts): number | null {
  if (newestEventMs === null || newestWindowMs === null) return null;
  return Math.max(0, newestEventMs - (newestWindowMs + windowSizeMs));
}

/** The state of a stage: that of its service, or unhealthy if the service does not answer about the stage. */
function serviceOf(
  name: string,
  measured: Measured<unknown> | undefined,
  { latest, lastLines, nowMs }: StageFacts,
): Pick<Stage, "service" | "state" | "detail" | "lastLines"> {
  const statuses = latest.services?.value;
  const status = statuses?.find((one) => one.name === name);
  const state = stateOf(status, measured, nowMs);
  const problem = measured?.problem ?? null;
  const detail = state === "healthy" ? null : (status?.detail ?? problem ?? (state === "stopped" ? "it is not running" : null));
  return { service: name, state, detail, lastLines: state === "healthy" ? [] : (lastLines.get(name) ?? []) };
}

function stateOf(status: ServiceStatus | undefined, measured: Measured<unknown> | undefined, nowMs: number): StageState {
  // An external server is not among the services.
  if (measured === undefined && (status === undefined || status.state === "healthy")) return "unknown";
  const state = status?.state ?? "healthy";
  if (state !== "healthy") return state;
  const fails = measured !== undefined && (measured.problem !== undefined || nowMs - measured.atMs > oldMs);
  return fails ? "unhealthy" : "healthy";
}
