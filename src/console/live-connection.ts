/**
 * One reader of live events (server-sent events). Nothing grows with a slow reader: states replace each other, other events are dropped and
 * counted, and a reader that takes nothing for a while is disconnected. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

import type { ServerResponse } from "node:http";
import type { LiveEvents } from "./api.ts";

export interface LiveLimits {
  /** Maximum number of events that wait for a reader. */
  readonly events: number;
  /** Maximum size of the waiting events in UTF-16 code units. */
  readonly size: number;
  /** A reader that takes nothing for this time is disconnected, in milliseconds. */
  readonly stalledMs: number;
}

const defaultLimits: LiveLimits = { events: 100, size: 1_000_000, stalledMs: 10_000 };

/** Interval of comments that keep the connection open, and at which stalled readers are noticed, in milliseconds. */
const beatMs = 5000;

/** Events that describe a state: only the latest of each name matters. */
type StateName = "pipeline" | "services" | "processor" | "windows";

export class LiveConnection {
  readonly #response: ServerResponse;
  readonly #limits: LiveLimits;
  readonly #states = new Map<string, unknown>();
  readonly #events: string[] = [];
  readonly #beat: NodeJS.Timeout;
  #size = 0;
  #dropped = 0;
  #blockedSinceMs: number | undefined;

  /** Takes over the response, whose headers were not sent yet. */
  constructor(response: ServerResponse, limits: LiveLimits = defaultLimits) {
    this.#response = response;
    this.#limits = limits;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
    response.on("drain", () => {
      this.#blockedSinceMs = undefined;
      this.#flush();
    });
    this.#beat = setInterval(() => this.#checkReader(), Math.min(beatMs, limits.stalledMs / 2));
    this.#beat.unref();
    response.once("close", () => clearInterval(this.#beat));
    this.#write(": connected\n\n");
  }

  /** Sends a state. If the reader is slow, it replaces the waiting state of this name. */
  sendState<Name extends StateName>(name: Name, data: LiveEvents[Name]): void {
    this.#states.set(name, data);
    this.#flush();
  }

  /** Sends an event, or drops it if too many are waiting. */
  sendEvent<Name extends Exclude<keyof LiveEvents, StateName | "dropped">>(name: Name, data: LiveEvents[Name]): void {
    const text = eventText(name, data);
    const isFull = this.#events.length >= this.#limits.events || this.#size + text.length > this.#limits.size;
    if (isFull && this.#events.length > 0) this.#dropped += 1;
    else {
      this.#events.push(text);
      this.#size += text.length;
    }
    this.#flush();
  }

  #flush(): void {
    while (this.#blockedSinceMs === undefined) {
      const text = this.#next();
      if (text === undefined) return;
      this.#write(text);
    }
  }

  #next(): string | undefined {
    const event = this.#events.shift();
    if (event !== undefined) {
      this.#size -= event.length;
      return event;
    }
    if (this.#dropped > 0) {
      const events = this.#dropped;
      this.#dropped = 0;
      return eventText("dropped", { events });
    }
    for (const [name, data] of this.#states) {
      this.#states.delete(name);
      return eventText(name, data);
    }
    return undefined;
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (!this.#response.write(text)) this.#blockedSinceMs = performance.now();
  }

  #checkReader(): void {
    const blockedMs = this.#blockedSinceMs === undefined ? 0 : performance.now() - this.#blockedSinceMs;
    if (blockedMs >= this.#limits.stalledMs) this.#response.destroy();
    else if (this.#blockedSinceMs === undefined) this.#write(": still here\n\n");
  }
}

function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
