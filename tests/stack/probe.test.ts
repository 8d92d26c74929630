/** Compares the two implementations of probes, streamctl and the health check of an image: both must judge the same answers alike. */

import { describe, expect, test } from "bun:test";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { assert, asyncProperty, boolean, constantFrom, dictionary, jsonValue, nat, oneof, record } from "fast-check";
import { runCommand } from "../../src/core/process.ts";
import { probeLines } from "../../src/stack/docker/compose-file.ts";
import { isReady } from "../../src/stack/health.ts";
import type { Expectation, Probe } from "../../src/stack/service.ts";

async function listen(server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** The verdicts of streamctl and of the image's health check. */
async function verdicts(probe: Probe): Promise<readonly [streamctl: boolean, image: boolean]> {
  const PROBE = probeLines(probe, []).join("\n");
  const [ready, check] = await Promise.all([
    isReady(probe, async () => true),
    runCommand({ program: "bash", args: ["dockerfiles/healthcheck"], env: { PROBE } }),
  ]);
  if (check.exitCode > 1 || (check.exitCode === 1 && check.output === "")) throw new Error(`The health check broke: ${check.output}`);
  return [ready, check.exitCode === 0];
}

async function ofAnswer(status: number, body: string, expects?: Expectation): Promise<readonly [boolean, boolean]> {
  const server = createHttpServer((_, response) => response.writeHead(status, { "content-type": "application/json" }).end(body));
  const url = `http://127.0.0.1:${await listen(server)}/a?b=c%20d`;
  try {
    return await verdicts({ kind: "http", checks: [expects ? { url, expects } : { url }] });
  } finally {
    server.close();
  }
}

const running = { path: ["info", "state"], equals: "RUNNING" } as const;
const healthy = { path: ["isHealthy"], equals: true } as const;
const one = { path: ["n"], atLeast: 1 } as const;
const zero = { path: ["n"], atLeast: 0 } as const;
const odd = { path: ["a/b", "c~d"], equals: 'x "y" \\ z' } as const;

const cases: readonly (readonly [body: string, expects: Expectation, ready: boolean])[] = [
  ['{"info":{"state":"RUNNING"}}', running, true],
  ['{ "info" :\n\t{ "state" : "RUNNING" , "other" : [ 1, {"state":"ERROR"} ] } }\r\n', running, true],
  ['{"info":{"state":"ERROR"}}', running, false],
  ['{"info":{"state":"RUNNING now"}}', running, false],
  ['{"info":{"state":"\\u0052UNNING"}}', running, true],
  // The same name at another path.
  ['{"state":"RUNNING"}', running, false],
  ['{"info":[{"state":"RUNNING"}]}', running, false],
  ['{"other":{"info":{"state":"RUNNING"}}}', running, false],
  ['{"info":{"deep":{"state":"RUNNING"}}}', running, false],
  ['{"info":"{\\"state\\":\\"RUNNING\\"}"}', running, false],
  ['{"info":{"state":null}}', running, false],
  ['{"info":{}}', running, false],
  // Of two members with one name the last counts.
  ['{"info":{"state":"ERROR"},"info":{"state":"RUNNING"}}', running, true],
  ['{"info":{"state":"RUNNING"},"info":{"state":"ERROR"}}', running, false],
  ['{"info":{"state":"RUNNING"},"info":{}}', running, false],
  ['{"info":{"state":"RUNNING"},"info":1}', running, false],
  ['{"info":{"state":"RUNNING","state":{}}}', running, false],
  // No JSON, or truncated JSON.
  ['{"info":{"state":"RUNNING"}', running, false],
  ['{"info":{"state":"RUNNING"}} x', running, false],
  ['{"info":{"state":"RUNNING"},}', running, false],
  ['{"info":{"state":"RUNNING"} "more":1}', running, false],
  ["{'info':{'state':'RUNNING'}}", running, false],
  ["", running, false],
  ["info state RUNNING", running, false],
  ['{"isHealthy":true,"details":{}}', healthy, true],
  ['{"isHealthy":false,"details":{"isHealthy":true}}', healthy, false],
  ['{"isHealthy":"true"}', healthy, false],
  ['{"isHealthy":1}', healthy, false],
  ['{"n":1}', one, true],
  ['{"n":0}', one, false],
  ['{"n":10}', one, true],
  ['{"n":0.9}', one, false],
  ['{"n":1.5}', one, true],
  ['{"n":1e2}', one, true],
  ['{"n":1e-2}', one, false],
  ['{"n":-5}', one, false],
  ['{"n":12345678901234567890123}', one, true],
  ['{"n":-12345678901234567890123}', one, false],
  ['{"n":"1"}', one, false],
  ['{"n":true}', one, false],
  ['{"n":[1]}', one, false],
  ['{"n":01}', one, false],
  ['{"n":0}', zero, true],
  ['{"n":-0.5}', zero, false],
  ['{"m":0}', zero, false],
  ["[]", zero, false],
  ["7", zero, false],
  ['{"a/b":{"c~d":"x \\"y\\" \\\\ z"}}', odd, true],
  ['{"a":{"b":{"c~d":"x \\"y\\" \\\\ z"}}}', odd, false],
];

describe("a probe", () => {
  test.each(cases)("of %s for %j is %p, locally and in a container", async (body, expects, ready) => {
    expect(await ofAnswer(200, body, expects)).toEqual([ready, ready]);
  });

  test("gives the same verdict locally and in a container for any JSON, complete or truncated", async () => {
    const state = constantFrom<unknown>("RUNNING", "running", true, 1, null, ["RUNNING"], { state: "RUNNING" });
    const object = dictionary(constantFrom("info", "state", "n", "a b", 'q"'), oneof(state, jsonValue()), { maxKeys: 4 });
    const value = oneof(object, record({ info: object }), jsonValue());
    await assert(
      asyncProperty(value, boolean(), nat(3), async (json, pretty, cut) => {
        const text = JSON.stringify(json, undefined, pretty ? 2 : 0);
        const [streamctl, image] = await ofAnswer(200, cut === 0 ? text.slice(0, -1) : text, running);
        expect(image).toBe(streamctl);
      }),
      { numRuns: 60 },
    );
  });

  test("requires only status 200 when it has no expectation", async () => {
    expect(await ofAnswer(200, "OK")).toEqual([true, true]);
    expect(await ofAnswer(204, "")).toEqual([false, false]);
    expect(await ofAnswer(503, '{"n":1}', one)).toEqual([false, false]);
  });

  test.each([
    ["Content-Length: 8", "complete\n", true],
    ["Content-Length: 9", "complete\n", true],
    ["Content-Length: 100", "truncated\n", false],
  ])("with %s and the body %j is %p, even without an expectation", async (length, body, ready) => {
    const server = createServer((socket) => {
      socket.on("error", () => {}).on("data", () => void socket.end(`HTTP/1.1 200 OK\r\n${length}\r\n\r\n${body}`));
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    try {
      expect(await verdicts({ kind: "http", checks: [{ url }] })).toEqual([ready, ready]);
    } finally {
      server.close();
    }
  });

  test("reads an answer by its length if the server keeps the connection open, and fails after two seconds without a whole answer", async () => {
    const ofServer = async (answer: string): Promise<readonly [verdicts: readonly [boolean, boolean], seconds: number]> => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket.on("error", () => {}).on("data", () => void socket.write(answer)));
      });
      const url = `http://127.0.0.1:${await listen(server)}/`;
      const startMs = performance.now();
      try {
        const checks = [
          { url, expects: one },
          { url, expects: one },
        ];
        return [await verdicts({ kind: "http", checks }), (performance.now() - startMs) / 1000];
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    };
    const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    const [whole, wholeSeconds] = await ofServer(`${head}content-length:  7\r\n\r\n{"n":1}`);
    expect([whole, wholeSeconds < 1.5]).toEqual([[true, true], true]);
    // No second question after one without a whole answer.
    const parts = [`${head}Content-Length: 8\r\n\r\n{"n":1}`, `${head}\r\n{"n":1}`, ""];
    for (const [verdict, seconds] of await Promise.all(parts.map(ofServer))) {
      expect([verdict, seconds < 3.5]).toEqual([[false, false], true]);
    }
  });

  test("of ZooKeeper requires a line with the mode", async () => {
    const ofWords = async (words: string): Promise<readonly [boolean, boolean]> => {
      const server = createServer((socket) => void socket.on("error", () => {}).on("data", () => socket.end(words)));
      const port = await listen(server);
      try {
        return await verdicts({ kind: "zookeeper", port });
      } finally {
        server.close();
      }
    };
    expect(await ofWords("Zookeeper version: 3\nMode: standalone\n")).toEqual([true, true]);
    expect(await ofWords("srvr: no Mode: here\n")).toEqual([false, false]);
    expect(await ofWords("")).toEqual([false, false]);
  });

  test("is false where nothing listens", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await verdicts({ kind: "zookeeper", port })).toEqual([false, false]);
    expect(await verdicts({ kind: "http", checks: [{ url: `http://127.0.0.1:${port}/` }] })).toEqual([false, false]);
  });
});
