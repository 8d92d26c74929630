/**
 * The one connection for server-sent events of this tab. It is closed while the tab is hidden, and opened again with other parameters when the
 * view needs other events. Nothing is kept but the newest event of each name, and the rates of the last minutes.
 */

import { loadStack } from "./stack.ts";
import { effect, signal } from "@preact/signals";
import type { LiveEvents, PipelineEvent, ProcessorDocument, ServicesDocument } from "../api.ts";
import { appendSample, type Sample } from "./history.ts";
import { liveRequest } from "./live-request.ts";
import { route } from "./location.ts";

export type Connection = "connecting" | "open" | "lost" | "hidden";

export const connection = signal<Connection>("connecting");
/** Counts connections: each starts with the end of what it follows. */
export const connectionNumber = signal(0);
export const pipelineEvent = signal<PipelineEvent | undefined>(undefined);
export const servicesDocument = signal<ServicesDocument | undefined>(undefined);
export const processorDocument = signal<ProcessorDocument | undefined>(undefined);
export const windowsRevision = signal(0);
export const tailEvent = signal<LiveEvents["tail"] | undefined>(undefined);
export const logEvent = signal<LiveEvents["log"] | undefined>(undefined);
export const problems = signal<Readonly<Record<string, LiveEvents["problem"]>>>({});
/** Rates by stage, one sample per second, for at most two minutes. */
export const rates = signal<Readonly<Record<string, readonly Sample[]>>>({});

const rateSamples = 120;
const retryMs = [500, 1000, 2000, 4000] as const;

let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

function close(): void {
  source?.close();
  source = undefined;
  clearTimeout(retry);
}

function open(query: string): void {
  close();
  problems.value = {};
  if (document.hidden) {
    connection.value = "hidden";
    return;
  }
  if (connection.peek() !== "lost") connection.value = "connecting";
  const opened = new EventSource(`/api/live${query === "" ? "" : `?${query}`}`);
  source = opened;
  connectionNumber.value = connectionNumber.peek() + 1;
  const on = <K extends keyof LiveEvents>(name: K, take: (event: LiveEvents[K]) => void): void =>
    opened.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as LiveEvents[K]));
  opened.addEventListener("open", () => {
    failures = 0;
    // The server was gone: another stack, or the same one with other services, may be running now.
    if (connection.peek() === "lost") void loadStack();
    connection.value = "open";
  });
  // A browser gives up after a response that is no event stream, such as one of a server that is starting; this page never does.
  opened.addEventListener("error", () => {
    if (source !== opened) return;
    close();
    connection.value = "lost";
    retry = setTimeout(() => open(query), retryMs[Math.min(failures, retryMs.length - 1)]);
    failures += 1;
  });
  on("pipeline", takePipeline);
  on("services", (event) => {
    servicesDocument.value = event;
  });
  on("processor", (event) => {
    processorDocument.value = event;
  });
  on("windows", ({ revision }) => {
    windowsRevision.value = revision;
  });
  on("tail", (event) => {
    tailEvent.value = event;
  });
  on("log", (event) => {
    logEvent.value = event;
  });
  on("problem", (event) => {
    problems.value = { ...problems.peek(), [event.channel]: event };
  });
}

function takePipeline(event: PipelineEvent): void {
  pipelineEvent.value = event;
  rates.value = Object.fromEntries(
    event.stages.map(({ id, perSecond }) => [
      id,
      appendSample(rates.peek()[id] ?? [], { atMs: event.atMs, value: perSecond }, rateSamples),
    ]),
  );
}

/** Connects, and follows the view and the visibility of the tab. */
export function startLive(): void {
  let query: string | undefined;
  effect(() => {
    const next = new URLSearchParams({ ...liveRequest(route.value) }).toString();
    if (next === query) return;
    query = next;
    tailEvent.value = undefined;
    logEvent.value = undefined;
    open(next);
  });
  document.addEventListener("visibilitychange", () => open(query ?? ""));
  // A page that the browser keeps for Back must not keep its connection.
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) open(query ?? "");
  });
}
