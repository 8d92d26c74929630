import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { sendJson } from "../../src/console/http-server.ts";
import { readQueryRequest } from "../../src/console/query.ts";
import { serve } from "./console-server.ts";

describe("readQueryRequest()", () => {
  const post = async (body: string | undefined, type = "application/json") => {
    const { url } = await serve(async ({ message }, response) => {
      sendJson(response, await readQueryRequest(message));
      return true;
    });
    const init = { method: "POST", headers: { "content-type": type }, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`${url}/api/query`, init);
    const document = (await response.json()) as { readonly error?: { readonly message: string } };
    return response.status === 200 ? (document as unknown) : [response.status, document.error?.message];
  };
  const statement = (sql: string, more: object = {}) => JSON.stringify({ engine: "pinot", sql, ...more });

  test("returns the statement without its end, and with what is before it", async () => {
    expect(await post(statement("\n  select 1 ; \n"))).toEqual({ engine: "pinot", sql: "\n  select 1", limit: 1000 });
    expect(await post(statement("select 'ü;'", { limit: 5, other: 1 }), "application/json; charset=utf-8")).toEqual({
      engine: "pinot",
      sql: "select 'ü;'",
      limit: 5,
    });
  });

  test("puts a character together that arrives in two parts", async () => {
    const { port, connect } = await serve(async ({ message }, response) => {
      sendJson(response, await readQueryRequest(message));
      return true;
    });
    const body = Buffer.from(statement("select 'é'"));
    const socket = await connect();
    const cut = body.indexOf(0xc3) + 1;
    socket.write(
      `POST /api/query HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, cut));
    await Bun.sleep(5);
    socket.write(body.subarray(cut));
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString("utf8")).toContain("select 'é'");
  });

  test.each<[string, string | undefined]>([
    ["no body", undefined],
    ["an empty body", ""],
    ["no JSON", "select 1"],
    ["an array", "[]"],
    ["null", "null"],
    ["a statement that is no text", JSON.stringify({ engine: "pinot", sql: ["select 1"] })],
    ["an empty statement", statement(" ; \n")],
    ["no engine", JSON.stringify({ sql: "select 1" })],
  ])("rejects %s", async (_, body) => {
    expect(await post(body)).toEqual([400, "The statement is empty"]);
  });

  test.each([0, -1, 1.5, 100_001, 1e300])("rejects a limit of %d", async (limit) => {
    expect(await post(statement("select 1", { limit }))).toEqual([400, "The limit must be a whole number from 1 to 100000"]);
  });

  test("rejects other types of content, which another site may send without asking", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/plain; application/json"])
      expect([type, await post(statement("select 1"), type)]).toEqual([type, [400, "The request is not of type application/json"]]);
  });

  test("rejects a request of more than a megabyte, and answers it", async () => {
    expect(await post(statement("x".repeat(1_000_001)))).toEqual([400, "The statement is too long"]);
    expect(await post(statement("x".repeat(900_000)))).toMatchObject({ engine: "pinot" });
  });
});
