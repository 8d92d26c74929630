import { describe, expect, test } from "bun:test";
import { silentLog } from "../../../src/core/log.ts";
import { createKsqldbProcessor } from "../../../src/processors/ksqldb/processor.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { planProcessor } from "../../../src/processors/processor.ts";
import { failureOf } from "../failure.ts";
import { changing, createWorld, provision, windows, wish } from "./ksqldb-world.ts";
import { startScriptedKsqldb } from "./fake-ksqldb-script.ts";
import { processorContract, type Wish } from "../processor-contract.ts";

processorContract("ksqlDB", createWorld);

describe("createKsqldbProcessor()", () => {
  test("keeps the identity of the computation when addresses change", async () => {
    await using world = await createWorld();
    const at = (url: string) => createKsqldbProcessor({ ...world.options(windows, wish), url }).wanted;
    expect(at("http://127.0.0.1:9088")).toEqual(at("http://127.0.0.1:8088"));
  });

  test("sends only five read-only requests if everything is running", async () => {
    await using world = await createWorld();
    await provision(world);
    world.ksqldb.posted.length = 0;
    await provision(world);
    expect(world.ksqldb.posted.toSorted()).toEqual([
      "DESCRIBE PAID_TRANSACTIONS",
      "DESCRIBE TRANSACTIONS",
      "DESCRIBE WINDOW_TRANSACTIONS",
      "SHOW QUERIES",
      "SHOW QUERIES",
    ]);
  });

  test("starts from the earliest record, counts exactly once, and has its owner in the statement", async () => {
    await using world = await createWorld();
    await provision(world);
    expect(world.ksqldb.properties()).toEqual({
      "auto.offset.reset": "earliest",
      "processing.guarantee": "exactly_once_v2",
      "commit.interval.ms": "200",
      "ksql.timestamp.throw.on.invalid": "false",
    });
    expect(world.ksqldb.queries().map(({ statement }) => statement)).toEqual([
      expect.stringContaining(`KAFKA_TOPIC = '${[...world.topics].join()}'`),
      expect.stringMatching(/GROUP BY 'streamctl:[0-9a-f]{16}:t1:w1' EMIT CHANGES$/u),
    ]);
  });

  test("terminates, drops and recreates in the right order, with a new intermediate topic", async () => {
    await using world = await createWorld();
    await provision(world);
    const [topic = ""] = world.topics;
    world.ksqldb.posted.length = 0;
    await provision(world, { ...wish, statements: "second" });
    const posted = world.ksqldb.posted
      .filter((sql) => changing.test(sql) && !sql.includes("NEVER"))
      .map((sql) =>
        sql
          .split(/[\s(]+/u)
          .slice(0, 3)
          .join(" "),
      );
    expect(posted).toEqual([
      "TERMINATE CTAS_WINDOW_TRANSACTIONS_3",
      "TERMINATE CSAS_PAID_TRANSACTIONS_2",
      "DROP TABLE WINDOW_TRANSACTIONS",
      "DROP STREAM PAID_TRANSACTIONS",
      "CREATE STREAM paid_transactions",
      "CREATE TABLE window_transactions",
    ]);
    expect(world.topics.size).toBe(1);
    expect(world.topics).not.toContain(topic);
  });

  test("reports the operation and cause for each stream and table", async () => {
    await using world = await createWorld();
    const plan = async (wanted: Wish) => {
      const processor = world.processor(windows, wanted);
      const observed = await processor.observe(stepDeadline(5000));
      const parts = processor.parts(planProcessor(observed, processor.wanted), observed);
      return parts.map(({ operation, kind, name, cause }) => `${operation} ${kind} ${name}: ${cause}`);
    };
    expect(await plan(wish)).toEqual([
      "create stream TRANSACTIONS: it does not exist",
      "create stream PAID_TRANSACTIONS: it does not exist",
      "create table WINDOW_TRANSACTIONS: it does not exist",
    ]);
    await provision(world);
    expect(await plan(wish)).toEqual([
      "keep stream TRANSACTIONS: its definition is unchanged",
      "keep stream PAID_TRANSACTIONS: its statement is unchanged",
      "keep table WINDOW_TRANSACTIONS: its statement is unchanged",
    ]);
    expect(await plan({ ...wish, statements: "second" })).toEqual([
      "keep stream TRANSACTIONS: its definition is unchanged",
      "replace stream PAID_TRANSACTIONS: its statements or settings changed: terminated, dropped and recreated",
      "replace table WINDOW_TRANSACTIONS: its statements or settings changed (windowed aggregates cannot be replaced): terminated, dropped and recreated",
    ]);
  });

  test("replaces a stream in place if columns were added, while its queries keep running", async () => {
    let columns = "status STRING";
    await using world = await createWorld({ edit: (text) => text.replace("status STRING", columns) });
    await provision(world);
    const before = world.ksqldb.queries();
    columns = "status STRING, note VARCHAR";
    world.ksqldb.posted.length = 0;
    const { changes } = await provision(world);
    expect(changes).toEqual([
      { kind: "job", name: windows.name, result: "updated", cause: "TRANSACTIONS: columns were added: NOTE STRING" },
    ]);
    expect(world.ksqldb.posted.filter((sql) => changing.test(sql)).map((sql) => sql.slice(0, 37))).toEqual([
      "CREATE OR REPLACE STREAM transactions",
    ]);
    expect(world.ksqldb.queries()).toEqual(before);
    expect((await provision(world)).changes).toMatchObject([{ result: "unchanged" }]);
  });

  test("recreates everything, including the windows, if the type of a column changed", async () => {
    let type = "total_paid DOUBLE";
    await using world = await createWorld({ edit: (text) => text.replace("total_paid DOUBLE", type) });
    await provision(world);
    type = "total_paid BIGINT";
    expect((await provision(world)).changes).toMatchObject([
      { kind: "topic", result: "replaced" },
      { kind: "job", result: "replaced", cause: "its statements or settings changed" },
    ]);
    expect(world.ksqldb.sources().toSorted()).toEqual(["PAID_TRANSACTIONS", "TRANSACTIONS", "WINDOW_TRANSACTIONS"]);
  });

  test("recreates the queries if one of them is paused, which is unhealthy", async () => {
    await using world = await createWorld();
    await provision(world);
    for (const query of world.ksqldb.queries()) query.state = "PAUSED";
    const paused = await world.processor(windows, wish).health(stepDeadline(5000));
    expect(paused).toEqual({ healthy: false, detail: expect.stringMatching(/^0 of 2 queries running: \w+ is PAUSED$/u) });
    const { changes } = await provision(world);
    expect(changes).toMatchObject([{ kind: "job", result: "replaced", cause: "the query of PAID_TRANSACTIONS is paused" }]);
    expect((await world.processor(windows, wish).health(stepDeadline(5000))).healthy).toBe(true);
  });

  test("waits for a failed query, which the server restarts, and names it at the deadline", async () => {
    await using world = await createWorld();
    await provision(world);
    for (const query of world.ksqldb.queries()) query.state = "ERROR";
    const processor = world.processor(windows, wish);
    expect(await processor.health(stepDeadline(5000))).toEqual({
      healthy: false,
      detail: expect.stringMatching(/^0 of 2 queries running: \w+ is ERROR$/u),
    });
    const plan = planProcessor(await processor.observe(stepDeadline(5000)), processor.wanted);
    const waited = processor.apply(plan, stepDeadline(300), silentLog);
    expect(await failureOf(waited)).toMatchObject({ code: "processor", message: expect.stringMatching(/^Cannot run query \w+: ERROR$/u) });
  });

  test("recreates the queries if one of them was terminated, and keeps the windows", async () => {
    await using world = await createWorld();
    await provision(world);
    const [paid] = world.ksqldb.queries();
    world.ksqldb.run(`TERMINATE ${paid?.id}`);
    expect((await provision(world)).changes).toEqual([
      { kind: "job", name: windows.name, result: "replaced", cause: "no query writes PAID_TRANSACTIONS" },
    ]);
    expect(world.ksqldb.queries()).toHaveLength(2);
  });

  test("recreates the queries if the intermediate topic was deleted, which is unhealthy", async () => {
    await using world = await createWorld();
    await provision(world);
    const [deleted] = world.topics;
    world.topics.clear();
    const health = await world.processor(windows, wish).health(stepDeadline(5000));
    expect(health).toEqual({ healthy: false, detail: `2 of 2 queries running: topic "${deleted}" does not exist` });
    const { changes } = await provision(world);
    expect(changes).toMatchObject([{ kind: "job", result: "replaced", cause: `topic "${deleted}" does not exist` }]);
    // The query that writes to it ends only after it has flushed its writes.
    expect(world.made).toEqual([deleted ?? "", deleted ?? "", expect.not.stringMatching(`^${deleted}$`)]);
    expect([...world.topics]).toEqual(world.made.slice(2));
  });

  test("recreates the topic of windows if it cannot be kept, after its writer has ended", async () => {
    await using world = await createWorld();
    await provision(world);
    const outcome = await provision(world, wish, "its retention.ms is -1");
    expect(outcome.changes).toMatchObject([
      { kind: "topic", result: "replaced", cause: "its retention.ms is -1" },
      { kind: "job", result: "replaced" },
    ]);
    expect(outcome.windows.id).toBe("w2");
  });

  test("does not submit a statement twice if its response was lost", async () => {
    await using world = await createWorld();
    world.ksqldb.breakAfter(/^CREATE TABLE/u);
    await provision(world);
    expect(world.ksqldb.posted.filter((sql) => sql.startsWith("CREATE TABLE"))).toHaveLength(1);
    expect(await world.started()).toBe(1);
  });

  test("reports file and line of a rejected statement", async () => {
    await using world = await createWorld();
    expect(await failureOf(provision(world, { ...wish, statements: "refused" }))).toMatchObject({
      code: "processor",
      message: `Cannot run "ksql/03-window_transactions.sql:4": Can't find any functions with the name 'FROBNICATE'`,
    });
  });

  test("reports a server that does not list its queries as unhealthy, without an error", async () => {
    await using server = await startScriptedKsqldb([{ status: 404, text: "" }]);
    await using world = await createWorld();
    const processor = createKsqldbProcessor({ ...world.options(windows, wish), url: server.url });
    expect(await processor.health(stepDeadline(5000))).toEqual({
      healthy: false,
      detail: "Cannot list the queries of ksqlDB: it returned status 404",
    });
  });

  test("rejects files whose last statement does not write the windows", async () => {
    await using world = await createWorld({ edit: (text) => text.replace("{{windowsTopic}}", "elsewhere") });
    expect(() => world.processor(windows, wish)).toThrow('must write topic "window_transactions", but none does');
  });
});
