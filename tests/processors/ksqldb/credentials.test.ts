import { expect, test } from "bun:test";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { authorization, exposedCredentials } from "../../../src/processors/ksqldb/credentials.ts";
import { queryKsqldb } from "../../../src/processors/ksqldb/query.ts";
import { ask, readServerInfo } from "../../../src/processors/ksqldb/server.ts";
import { failureOf } from "../failure.ts";
import { listen, recorded } from "./fake-ksqldb-script.ts";

const refused = { status: 401, text: '{"@type":"generic_error","error_code":40100,"message":"Unauthorized"}' };

/** A fake server that accepts the given credentials. */
async function withServer<T>(look: (url: string) => Promise<T>): Promise<T> {
  const wanted = `Basic ${btoa("joe:secret:word")}`;
  const server = await listen((path, _body, _method, { authorization: given }) => {
    if (given !== wanted) return refused;
    return path === "/info" ? recorded("001-info") : path === "/ksql" ? { status: 200, text: "[]" } : recorded("073-qs-pull-table");
  });
  try {
    return await look(server.url);
  } finally {
    await server.close();
  }
}

test("authorization() reads the credentials from the environment, if any", async () => {
  expect(authorization({ STREAMCTL_KSQLDB_CREDENTIALS: "joe:secret:word" })).toEqual({ authorization: `Basic ${btoa("joe:secret:word")}` });
  expect(authorization({})).toEqual({});
  const failure = await failureOf((async () => authorization({ STREAMCTL_KSQLDB_CREDENTIALS: "secret" }))());
  expect(failure).toMatchObject({
    code: "usage",
    message: "Cannot use STREAMCTL_KSQLDB_CREDENTIALS: it must have the form user:password",
  });
});

test("every request to ksqlDB is authenticated", async () => {
  process.env["STREAMCTL_KSQLDB_CREDENTIALS"] = "joe:secret:word";
  try {
    await withServer(async (url) => {
      expect((await readServerInfo(url, stepDeadline(5000))).version).toBe("0.29.0");
      expect((await ask(url, "SHOW QUERIES", stepDeadline(5000))).status).toBe(200);
      expect((await queryKsqldb({ url, sql: "SELECT 1", signal: AbortSignal.timeout(5000) })).columns).toHaveLength(9);
    });
  } finally {
    delete process.env["STREAMCTL_KSQLDB_CREDENTIALS"];
  }
});

test("a server that requires credentials gets its own error and hint", async () => {
  await withServer(async (url) => {
    const wanting = {
      code: "processor",
      message: `Cannot use ksqlDB at "${url}": it rejected the credentials, or none were given`,
      hint: "Set the environment variable STREAMCTL_KSQLDB_CREDENTIALS=user:password",
    };
    expect(await failureOf(readServerInfo(url, stepDeadline(5000)))).toMatchObject(wanting);
    expect(await failureOf(queryKsqldb({ url, sql: "SELECT 1", signal: AbortSignal.timeout(5000) }))).toMatchObject(wanting);
  });
});

test("exposedCredentials() warns only about credentials that are sent unencrypted to another host", () => {
  const given = { STREAMCTL_KSQLDB_CREDENTIALS: "user:top-secret" };
  const warning = exposedCredentials("http://ksql.example.com:8088", given);
  expect(warning).toBe(
    "STREAMCTL_KSQLDB_CREDENTIALS is sent unencrypted to ksql.example.com:8088; use https: --ksqldb-url https://ksql.example.com:8088",
  );
  const quiet = ["https://ksql.example.com", "http://127.0.0.1:8088", "http://localhost:8088", "http://[::1]:8088"];
  expect(quiet.map((url) => exposedCredentials(url, given))).toEqual(quiet.map(() => undefined));
  expect(exposedCredentials("http://ksql.example.com:8088", {})).toBeUndefined();
});
