/** Tests of the console's server without a browser. */

import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { pollUntil } from "../../src/core/wait.ts";
import { createTopic } from "../../src/kafka/admin.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "../kafka/batches.ts";
import type { Stack } from "./streamctl.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** A request with any headers: `fetch` sets some of them itself. */
async function ask(url: string, headers: Readonly<Record<string, string>> = {}, method = "GET", body?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(url, { method, headers, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => void (text += chunk));
    response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
  });
  outgoing.once("error", reject).end(body);
  return await promise;
}

export function requestTests(stack: Stack, url: string): void {
  const { port } = new URL(url);

  describe("The server of the console", () => {
    test("answers requests of its own page and of programs, and refuses those of other sites", async () => {
      const accepted = [
        {},
        { host: `localhost:${port}` },
        { origin: url, "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
      ];
      for (const headers of accepted) expect([headers, (await ask(`${url}/api/stack`, headers)).status]).toEqual([headers, 200]);
      const refused = [
        { host: "example.com" },
        { host: `console.example.com:${port}` },
        { host: "0.0.0.0" },
        { origin: "http://example.com" },
        { origin: "null" },
        { origin: "http://127.0.0.1:1" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
      ];
      for (const path of ["/api/stack", "/api/live", "/", "/app.js"])
        for (const headers of refused) {
          const { status, text, headers: sent } = await ask(`${url}${path}`, headers);
          expect([path, headers, status, JSON.parse(text).error.code]).toEqual([path, headers, 403, "permission"]);
          expect(Object.keys(sent).filter((name) => name.startsWith("access-control"))).toEqual([]);
        }
    });

    test("refuses other methods, and queries that are no JSON", async () => {
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
        expect([method, (await ask(`${url}/api/stack`, {}, method)).status]).toEqual([method, 405]);
      const body = JSON.stringify({ engine: "pinot", sql: "SELECT 1" });
      const form = await ask(`${url}/api/query`, { "content-type": "text/plain" }, "POST", body);
      expect([form.status, JSON.parse(form.text).error.code]).toEqual([400, "usage"]);
    });

    test("explains what is wrong with a request", async () => {
      const wrong: readonly (readonly [path: string, status: number])[] = [
        ["/api/windows/rows?limit=0", 400],
        ["/api/windows/rows?limit=1e9", 400],
        ["/api/windows/rows?order=up", 400],
        ["/api/windows/chart?bars=x", 400],
        ["/api/messages", 400],
        ["/api/messages?topic=transactions&from=yesterday", 400],
        ["/api/messages?topic=transactions&from=cursor:x", 400],
        ["/api/messages?topic=transactions&partition=-1", 400],
        ["/api/messages?topic=transactions&limit=100000", 400],
        [`/api/messages?topic=transactions&filter=${encodeURIComponent("a =")}`, 400],
        ["/api/messages/transactions/0/x", 400],
        ["/api/logs/kafka?lines=0", 400],
        ["/api/%E0%A4%A", 400],
        ["/api/nothing", 404],
        ["/api/topics/nothing", 404],
        ["/api/messages?topic=nothing", 404],
        ["/api/messages/nothing/0/0", 404],
        ["/api/logs/nothing", 404],
      ];
      // The windows exist once a page has been open.
      await ask(`${url}/api/services`);
      for (const [path, status] of wrong) {
        const answer = await ask(`${url}${path}`);
        const { error } = JSON.parse(answer.text.trim().split("\n").at(-1) ?? "");
        expect([path, answer.status, typeof error?.message, typeof error?.code]).toEqual([path, status, "string", "string"]);
      }
    });

    test("allows its page nothing but its own files", async () => {
      const { headers, text } = await ask(`${url}/`);
      expect(headers["content-security-policy"]).toStartWith("default-src 'self';");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(text).not.toMatch(/(?:src|href)="https?:/u);
    });

    test("disconnects a reader of live events that takes nothing, and keeps its memory", async () => {
      const topic = "wide";
      const { brokers } = stack;
      await createTopic({ brokers, topic, partitions: 1, timeoutMs: 30_000 });
      const pid = await stack.pidOf("console");
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(`GET /api/live?tail=${topic} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
      await new Promise<void>((resolve) => void socket.once("data", () => resolve()));
      socket.pause();
      const { localPort = 0 } = socket;
      const beforeBytes = await residentBytes(pid);
      const producer = new Producer({ brokers, topic });
      const batch = packMessages(numberedMessages(50, 16_000));
      try {
        await pollUntil(
          async () => {
            producer.produce(batch, 0, 1000);
            return (await isConnected(Number(port), localPort)) ? undefined : true;
          },
          { timeoutMs: 60_000, intervalMs: 250, what: "the end of the connection" },
        );
      } finally {
        producer.flush(10_000);
        producer.close();
        socket.destroy();
      }
      expect((await residentBytes(pid)) - beforeBytes).toBeLessThan(60e6);
    });
  });
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(?<kB>\d+)/mu.exec(status)?.groups?.["kB"]) * 1024;
}

/** Whether the server still has the connection, as the kernel reports. */
async function isConnected(serverPort: number, clientPort: number): Promise<boolean> {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  return lines.some((line) => new RegExp(`:${hex(serverPort)} \\w+:${hex(clientPort)} 01 `, "u").test(line));
}
