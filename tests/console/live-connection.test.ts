import { describe, expect, test } from "bun:test";
import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { LiveConnection } from "../../src/console/live-connection.ts";

/** A response whose reader takes nothing until the test says so. */
class FakeResponse extends EventEmitter {
  readonly texts: string[] = [];
  isSlow = false;
  destroyed = false;
  readonly writableEnded = false;
  writeHead(): void {}
  write(text: string): boolean {
    this.texts.push(text);
    return !this.isSlow;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
  /** Names and documents that were sent. */
  get events(): readonly (readonly [string, unknown])[] {
    return this.texts.flatMap((text) => {
      const { name, data } = /^event: (?<name>\w+)\ndata: (?<data>.*)\n\n$/u.exec(text)?.groups ?? {};
      return name === undefined || data === undefined ? [] : [[name, JSON.parse(data)] as const];
    });
  }
}

function connect(limits: { readonly events: number; readonly size: number; readonly stalledMs: number }) {
  const response = new FakeResponse();
  return { response, connection: new LiveConnection(response as unknown as ServerResponse, limits) };
}

const small = { events: 2, size: 1_000_000, stalledMs: 60_000 };
const line = (text: string) => ({ service: "kafka", lines: [text], dropped: 0 });

describe("LiveConnection", () => {
  test("replaces a waiting state with the newest one", () => {
    const { response, connection } = connect(small);
    response.isSlow = true;
    for (const revision of [1, 2, 3]) connection.sendState("windows", { revision, size: 0 });
    expect(response.events).toEqual([["windows", { revision: 1, size: 0 }]]);
    response.isSlow = false;
    response.emit("drain");
    expect(response.events.slice(1)).toEqual([["windows", { revision: 3, size: 0 }]]);
    response.destroy();
  });

  test("drops events beyond its limit, and says how many before the next state", () => {
    const { response, connection } = connect(small);
    response.isSlow = true;
    for (const text of ["sent", "kept", "kept too", "dropped", "dropped too"]) connection.sendEvent("log", line(text));
    connection.sendState("windows", { revision: 1, size: 0 });
    response.isSlow = false;
    response.emit("drain");
    expect(response.events).toEqual([
      ["log", line("sent")],
      ["log", line("kept")],
      ["log", line("kept too")],
      ["dropped", { events: 2 }],
      ["windows", { revision: 1, size: 0 }],
    ]);
    response.destroy();
  });

  test("sends an event that is larger than the queue to a reader that waits for it", () => {
    const { response, connection } = connect({ ...small, size: 100 });
    connection.sendEvent("log", line("x".repeat(200)));
    expect(response.events).toEqual([["log", line("x".repeat(200))]]);
    response.destroy();
  });

  test("disconnects a reader that takes nothing, and keeps one that reads", async () => {
    const [slow, fast] = [connect({ ...small, stalledMs: 40 }), connect({ ...small, stalledMs: 40 })];
    slow.response.isSlow = true;
    const closed = once(slow.response, "close");
    slow.connection.sendState("windows", { revision: 1, size: 0 });
    fast.connection.sendState("windows", { revision: 1, size: 0 });
    await closed;
    expect([slow.response.destroyed, fast.response.destroyed]).toEqual([true, false]);
    fast.response.destroy();
  });
});
