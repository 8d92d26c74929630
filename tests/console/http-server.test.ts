import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { type Request, type Route, sendJson, startServer } from "../../src/console/http-server.ts";
import { missing } from "../../src/console/missing.ts";
import { StreamctlError } from "../../src/core/errors.ts";
import { failureOf } from "../processors/failure.ts";
import { serve, type TestServer } from "./console-server.ts";

/** Answers with what it was asked for. */
const echo: Route = async ({ path, query, message }, response) => {
  sendJson(response, { path, query: [...query], method: message.method });
  return true;
};

/** A route that never answers, and the requests that it got. */
function silent() {
  const got = Promise.withResolvers<Request>();
  const route: Route = async (request) => {
    got.resolve(request);
    await once(request.signal, "abort");
    return false;
  };
  return { route, request: got.promise };
}

const documentAt = async (url: string) => {
  const response = await fetch(url);
  return [response.status, await response.json()] as const;
};

const isStillAnswering = async ({ url }: TestServer): Promise<boolean> => (await fetch(`${url}/api/ready`)).ok;

describe("startServer()", () => {
  test("passes the parts of the path and the parameters decoded", async () => {
    const { url } = await serve(echo);
    const decoded = { path: ["api", "topics", "a/b c%"], query: [["filter", "x = 'ü&'"]], method: "GET" };
    expect(await documentAt(`${url}/api/topics/a%2Fb%20c%25?filter=${encodeURIComponent("x = 'ü&'")}`)).toEqual([200, decoded]);
    expect(await documentAt(`${url}//api/../messages/?`)).toMatchObject([200, { path: ["messages", ""], query: [] }]);
  });

  test("answers 404 for a path without an answer, and 400 for one that is not valid", async () => {
    const { url, port, send } = await serve(async () => false);
    const error = (code: string, message: string) => ({ error: { code, message, hint: null } });
    expect(await documentAt(`${url}/api/no%20such`)).toEqual([404, error("usage", "There is nothing at /api/no%20such")]);
    expect(await documentAt(`${url}/api/%E0%A4%A`)).toEqual([400, error("usage", '"%E0%A4%A" is not a valid part of a path')]);
    expect((await send("GET //[ HTTP/1.1", `Host: 127.0.0.1:${port}`)).status).toBe(400);
  });

  const errors: readonly (readonly [status: number, error: StreamctlError])[] = [
    [400, new StreamctlError("usage", "Parameter limit is missing", { hint: "Add it" })],
    [400, new StreamctlError("not-available", "Not supported")],
    [404, missing('There is no topic "orders"')],
    [503, new StreamctlError("kafka", "The broker rejects it")],
    [503, new StreamctlError("unreachable", "No answer")],
    [503, new StreamctlError("not-running", "There is no stack")],
    [500, new StreamctlError("internal", "A defect")],
  ];
  test.each(errors.map(([status, error]) => [status, error.message, error] as const))("answers %d for: %s", async (status, _, error) => {
    const { url } = await serve(async () => {
      throw error;
    });
    const { code, message, hint = null } = error;
    expect(await documentAt(url)).toEqual([status, { error: { code, message, hint } }]);
  });

  test("answers 500 for an unexpected error, and goes on", async () => {
    let isBroken = true;
    const server = await serve(async (request, response) => {
      if (isBroken) throw new TypeError("undefined is not a function");
      return await echo(request, response);
    });
    expect(await documentAt(server.url)).toMatchObject([500, { error: { code: "internal", message: "undefined is not a function" } }]);
    isBroken = false;
    expect(await isStillAnswering(server)).toBe(true);
  });

  test("breaks the connection for an error within a response: its end must not look like the end of the document", async () => {
    const { url } = await serve(async (_, response) => {
      response.writeHead(200).write("half of ");
      throw new Error("broken");
    });
    const read = fetch(url).then(async (response) => await response.text());
    expect(await failureOf(read)).toBeInstanceOf(Error);
  });

  test("protects every response, also one to a request that it refuses", async () => {
    const { port, send } = await serve(echo);
    for (const [status, ...lines] of [
      [200, "GET /api/x HTTP/1.1", `Host: 127.0.0.1:${port}`],
      [403, "GET /api/x HTTP/1.1", "Host: example.com"],
      [405, "DELETE /api/x HTTP/1.1", `Host: 127.0.0.1:${port}`],
    ] as const) {
      const { headers, ...response } = await send(...lines);
      expect(response.status).toBe(status);
      expect(headers).toMatchObject({
        "content-security-policy": expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'/u),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      });
    }
  });

  test("does not call the route for a request that it refuses", async () => {
    let calls = 0;
    const { port, send } = await serve(async (request, response) => {
      calls += 1;
      return await echo(request, response);
    });
    const host = `Host: 127.0.0.1:${port}`;
    const refused = [
      ["GET /api/x HTTP/1.1", "Host: example.com"],
      ["GET /api/x HTTP/1.0"],
      ["GET /api/x HTTP/1.1", host, "Origin: http://example.com"],
      ["GET /api/x HTTP/1.1", host, `Origin: http://127.0.0.1:${port}`, "Origin: http://example.com"],
      ["GET /api/x HTTP/1.1", host, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
    ];
    for (const lines of refused) expect([lines, (await send(...lines)).status]).toEqual([lines, 403]);
    expect(calls).toBe(0);
  });

  test.each<[string, number, (host: string) => readonly string[]]>([
    ["a header without a colon", 400, (host) => ["GET / HTTP/1.1", host, "Broken"]],
    ["a space in the name of a header", 400, (host) => ["GET / HTTP/1.1", host, "Bad Name: x"]],
    ["a control character in a header", 400, (host) => ["GET / HTTP/1.1", host, "X: a\u0001b"]],
    ["no host", 400, () => ["GET / HTTP/1.1"]],
    ["a header of 100 kB", 431, (host) => ["GET / HTTP/1.1", host, `X: ${"x".repeat(100_000)}`]],
    ["two thousand headers", 431, (host) => ["GET / HTTP/1.1", host, ...Array.from({ length: 2000 }, (_, index) => `X${index}: y`)]],
    ["a negative length", 400, (host) => ["POST /api/query HTTP/1.1", host, "Content-Length: -5"]],
    ["a length that is no number", 400, (host) => ["POST /api/query HTTP/1.1", host, "Content-Length: x"]],
    ["two lengths", 400, (host) => ["POST /api/query HTTP/1.1", host, "Content-Length: 5", "Transfer-Encoding: chunked"]],
    ["an unknown method", 400, (host) => ["FETCH / HTTP/1.1", host]],
    ["no path", 400, (host) => ["GET * HTTP/1.1", host]],
    ["another protocol", 400, () => ["\u0016\u0003\u0001\u0002\u0000\u0001\u0000garbage"]],
  ])("refuses a request with %s, and answers the next one", async (_, status, lines) => {
    let calls = 0;
    const server = await serve(async (request, response) => {
      if (request.path[1] !== "ready") calls += 1;
      return await echo(request, response);
    });
    expect((await server.send(...lines(`Host: 127.0.0.1:${server.port}`))).status).toBe(status);
    expect([calls, await isStillAnswering(server)]).toEqual([0, true]);
  });

  test("sends no body for HEAD", async () => {
    const { port, send } = await serve(echo);
    const { status, body } = await send("HEAD /api/x HTTP/1.1", `Host: 127.0.0.1:${port}`);
    expect([status, body]).toEqual([200, ""]);
  });

  test("ends the signal of a request when the client goes away, and answers others", async () => {
    const { route, request } = silent();
    const server = await serve(async (one, response) => await (one.path[1] === "ready" ? echo : route)(one, response));
    const socket = await server.connect();
    socket.write(`GET /api/slow HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    const { signal } = await request;
    expect([signal.aborted, await isStillAnswering(server)]).toEqual([false, true]);
    const aborted = once(signal, "abort");
    socket.destroy();
    await aborted;
    expect(await isStillAnswering(server)).toBe(true);
  });

  test("ends the signal of each request when the server stops", async () => {
    const { route, request } = silent();
    const server = await serve(route);
    const answer = fetch(`${server.url}/api/slow`).catch(() => undefined);
    const aborted = once((await request).signal, "abort");
    server.stop();
    await aborted;
    await answer;
  });

  test("reports a port that is in use, with what to do", async () => {
    const { port } = await serve(echo);
    expect(await failureOf(startServer(port, echo, new AbortController().signal))).toMatchObject({
      code: "port-taken",
      message: `Port ${port} (Console) is in use`,
      hint: "Use other ports: --port-offset N",
    });
  });
});
