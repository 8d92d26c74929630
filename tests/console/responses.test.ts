import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { sendLines } from "../../src/console/responses.ts";
import { StreamctlError } from "../../src/core/errors.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { serve, type TestServer } from "./console-server.ts";

/** A server that sends these documents. */
async function serveLines(documents: (signal: AbortSignal) => AsyncIterable<unknown>): Promise<TestServer> {
  return await serve(async ({ signal }, response) => {
    await sendLines(response, documents(signal));
    return true;
  });
}

const linesOf = async (url: string): Promise<unknown[]> => {
  const text = await (await fetch(url)).text();
  expect(text === "" || text.endsWith("\n")).toBe(true);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
};

const broken = new StreamctlError("kafka", "Lost the topic", { hint: "Try again" });
const brokenDocument = { code: "kafka", message: "Lost the topic", hint: "Try again" };

describe("sendLines()", () => {
  test("writes each document as one line, also with line ends in it, and nothing for none", async () => {
    const documents = [{ text: "two\nlines\u2028" }, [1], null];
    const { url } = await serveLines(async function* () {
      yield* documents;
    });
    expect(await linesOf(url)).toEqual(documents);
    const empty = await serveLines(async function* () {});
    expect(await linesOf(empty.url)).toEqual([]);
  });

  test("writes a document at once, before the next one is known", async () => {
    const goOn = Promise.withResolvers<void>();
    const { url } = await serveLines(async function* () {
      yield "first";
      await goOn.promise;
      yield "second";
    });
    const response = await fetch(url);
    expect([response.headers.get("content-type"), response.headers.get("cache-control")]).toEqual([
      "application/x-ndjson; charset=utf-8",
      "no-store",
    ]);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('"first"\n');
    goOn.resolve();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('"second"\n');
  });

  test("makes an error before the first document the status of the response", async () => {
    // oxlint-disable-next-line require-yield
    const { url } = await serveLines(async function* () {
      throw broken;
    });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([503, { error: brokenDocument }]);
  });

  test("makes a later error the last line", async () => {
    const { url } = await serveLines(async function* () {
      yield 1;
      throw broken;
    });
    expect(await linesOf(url)).toEqual([1, { kind: "error", error: brokenDocument }]);
  });

  test("asks for no more documents while the client does not read, and loses none", async () => {
    const [total, text] = [200, "x".repeat(100_000)];
    let asked = 0;
    const { url, connect } = await serveLines(async function* () {
      for (; asked < total; asked += 1) yield { number: asked, text };
    });
    const socket = await connect();
    socket.write(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`);
    await once(socket, "readable");
    // The buffers of the system are full when the number has not changed for a while.
    let before = -1;
    const isBlocked = async () => {
      const isSame = asked === before;
      before = asked;
      return isSame ? true : undefined;
    };
    await pollUntil(isBlocked, { timeoutMs: 5000, intervalMs: 50, maxIntervalMs: 50, what: "full buffers" });
    expect(asked).toBeLessThan(total);
    let received = "";
    for await (const part of socket) received += String(part);
    expect([asked, received.match(/"number":\d+/gu)?.length]).toEqual([total, total]);
  });

  test("ends the documents of a client that has gone away", async () => {
    let asked = 0;
    const ended = Promise.withResolvers<void>();
    const { url, connect } = await serveLines(async function* (signal) {
      try {
        for (; !signal.aborted; asked += 1) yield "x".repeat(100_000);
      } finally {
        ended.resolve();
      }
    });
    const socket = await connect();
    socket.write(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`);
    await once(socket, "readable");
    socket.destroy();
    await ended.promise;
    expect(asked).toBeLessThan(1000);
  });
});
