/** Live events: one connection per tab, which gets the channels that it asks for. */

import type { ServerResponse } from "node:http";
import type { LiveConnection } from "../live-connection.ts";
import { Channel } from "../channel.ts";
import type { Request } from "../http-server.ts";
import { errorDocument } from "../../core/error-document.ts";
import type { Monitor } from "../monitor.ts";
import type { StackReader } from "../pipeline/stack-reader.ts";
import type { TailEvent } from "../api.ts";
import { filterOf, partitionOf } from "./messages.ts";
import { kafkaSource } from "../messages/kafka-source.ts";
import { tailMessages } from "../messages/tail.ts";
import { pauseUnlessAborted } from "../../core/wait.ts";
import { everyService } from "../../pipeline/catalog.ts";

export interface LiveSources {
  readonly reader: StackReader;
  readonly monitor: Monitor;
  readonly channels: LiveChannels;
}

/** Number of lines of a log that a reader gets first. */
const firstLines = 200;
/** Lines of a log are sent together, in milliseconds. */
const logIntervalMs = 250;
/** Maximum number of lines that wait to be sent. */
const mostLines = 500;

/** Channels of topics, shared by readers with the same request. */
export class LiveChannels {
  readonly #channels = new Map<string, Channel<unknown>>();

  /** The channel of a key, which is created if there is none. */
  get<T>(key: string, producer: ConstructorParameters<typeof Channel<T>>[0]): Channel<T> {
    for (const [other, channel] of this.#channels) if (channel.isIdle) this.#channels.delete(other);
    const channel = (this.#channels.get(key) as Channel<T> | undefined) ?? new Channel<T>(producer);
    this.#channels.set(key, channel as Channel<unknown>);
    return channel;
  }

  stop(): void {
    for (const channel of this.#channels.values()) channel.stop();
  }
}

/** Subscribes a connection to what the request asks for, until the connection closes. */
export function serveLive({ query, signal }: Request, connection: LiveConnection, sources: LiveSources, response: ServerResponse): void {
  const { monitor } = sources;
  const stops: (() => void)[] = [];
  const problem = (channel: string) => (error: unknown) => connection.sendEvent("problem", { channel, ...errorDocument(error).error });
  let revision: number | undefined;
  stops.push(
    monitor.snapshots.subscribe({
      onValue: ({ pipeline, services, processor, windows }) => {
        connection.sendState("pipeline", pipeline);
        if (query.get("services") === "1") connection.sendState("services", services);
        if (query.get("processor") === "1") connection.sendState("processor", processor);
        if (query.get("windows") === "1" && windows.revision !== revision) {
          revision = windows.revision;
          connection.sendState("windows", windows);
        }
      },
      onError: problem("pipeline"),
    }),
  );
  const [tail, log] = [query.get("tail"), query.get("log")];
  if (tail !== null) {
    try {
      const channel = tailChannel(tail, query, sources);
      stops.push(channel.subscribe({ onValue: (event) => connection.sendEvent("tail", event), onError: problem("tail") }));
    } catch (error) {
      problem("tail")(error);
    }
  }
  if (log !== null) {
    const channel = logChannel(log, sources);
    stops.push(channel.subscribe({ onValue: (event) => connection.sendEvent("log", event), onError: problem("log") }));
  }
  const end = (): void => {
    for (const stop of stops) stop();
    response.end();
  };
  signal.addEventListener("abort", end, { once: true });
}

function tailChannel(topic: string, query: URLSearchParams, { reader, channels }: LiveSources): Channel<TailEvent> {
  const partition = partitionOf(query);
  const filter = filterOf(query);
  const key = JSON.stringify(["tail", topic, partition, query.get("filter")]);
  return channels.get(key, async (publish, signal) => {
    const stack = await reader.current();
    if (stack === undefined) return;
    const subject = { topic, ...(partition === undefined ? {} : { partition }), ...(filter === undefined ? {} : { filter }) };
    for await (const event of tailMessages(kafkaSource({ brokers: stack.endpoints.kafka }), subject, { signal })) publish(event);
  });
}

/** The end of a service's log, then its new lines. Not shared: each reader gets the end of the log first. */
function logChannel(
  service: string,
  { reader }: LiveSources,
): Channel<{ readonly service: string; readonly lines: readonly string[]; readonly dropped: number }> {
  return new Channel(async (publish, signal) => {
    const stack = await reader.current();
    if (stack === undefined || !everyService(stack.state.choices).some(({ name }) => name === service)) return;
    let waiting: string[] = [];
    let dropped = 0;
    const onLine = async (line: string): Promise<void> => {
      if (waiting.length < mostLines) waiting.push(line);
      else dropped += 1;
      await Promise.resolve();
    };
    const send = async (): Promise<void> => {
      while (await pauseUnlessAborted(logIntervalMs, signal)) {
        if (waiting.length === 0 && dropped === 0) continue;
        publish({ service, lines: waiting, dropped });
        waiting = [];
        dropped = 0;
      }
    };
    await Promise.all([stack.runtime.followLog(service, firstLines, onLine, signal), send()]);
  });
}
