/** Shared ksqlDB servers that streamctl did not start. */

import { describe, expect, test } from "bun:test";
import { silentLog } from "../../../src/core/log.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { removeOwnObjects } from "../../../src/processors/ksqldb/processor.ts";
import { planProcessor } from "../../../src/processors/processor.ts";
import { failureOf } from "../failure.ts";
import { changing, createWorld, type KsqldbWorld, provision, windows, wish } from "./ksqldb-world.ts";

const owner = { pipeline: "transactions", stackId: "0a1b2c3d" };
const names = ["TRANSACTIONS", "PAID_TRANSACTIONS", "WINDOW_TRANSACTIONS"].map((name) => `STREAMCTL_TRANSACTIONS_0A1B2C3D_${name}`);
const others = { ...owner, stackId: "9f8e7d6c" };
const othersWindows = { name: "window_transactions-2", id: "o1" };

const remove = async (world: KsqldbWorld, topic = windows) => await removeOwnObjects(world.options(topic, wish), stepDeadline(5000));

describe("on a shared server, createKsqldbProcessor()", () => {
  test("creates missing objects with names of the stack, and replaces its own objects", async () => {
    await using world = await createWorld({ owner });
    await provision(world);
    expect(world.ksqldb.queries().at(-1)?.statement).toMatch(
      /GROUP BY 'streamctl:transactions\/0a1b2c3d:[0-9a-f]{16}:t1:w1' EMIT CHANGES$/u,
    );
    expect([...world.topics]).toEqual([expect.stringMatching(/^streamctl-transactions-0a1b2c3d-paid_transactions-[0-9a-f]{8}$/u)]);
    await provision(world, { ...wish, statements: "second" });
    expect(await world.running()).toHaveLength(1);
    expect(world.ksqldb.sources().toSorted()).toEqual(names.toSorted());
    const remade = { name: windows.name, id: "w2" };
    expect((await provision(world, { ...wish, statements: "second" }, undefined, remade)).changes).toMatchObject([{ result: "unchanged" }]);
  });

  test("logs the names of its objects", async () => {
    await using world = await createWorld({ owner });
    const said: string[] = [];
    const processor = world.processor(windows, wish);
    const plan = planProcessor(await processor.observe(stepDeadline(5000)), processor.wanted);
    await processor.apply(plan, stepDeadline(5000), { ...silentLog, info: (message) => said.push(message) });
    expect(said).toEqual([`Objects of this stack on ksqlDB at ${world.ksqldb.url}: ${names.join(", ")}`]);
  });

  test("removes what the stack's own server left in Kafka, unless a query of this server still writes it", async () => {
    await using own = await createWorld();
    await provision(own);
    const [left = ""] = own.made;
    await using world = await createWorld({ owner });
    for (const topic of own.topics) world.topics.add(topic);
    const older = "streamctl-paid_transactions-older";
    world.topics.add(older);
    world.ksqldb.run("CREATE STREAM others (a INT) WITH (KAFKA_TOPIC = 'others', VALUE_FORMAT = 'JSON')");
    world.ksqldb.run(`CREATE STREAM older WITH (KAFKA_TOPIC = '${older}') AS SELECT * FROM others`);
    await provision(world);
    expect(left).toMatch(/^streamctl-paid_transactions-[0-9a-f]{8}$/u);
    expect([...world.topics]).toEqual([older, ...world.made]);
    expect(world.made).toHaveLength(1);
  });

  test("changes nothing of another stack when either is changed or removed", async () => {
    await using one = await createWorld({ owner });
    await using other = await createWorld({ owner: others, shared: one });
    await provision(one);
    await provision(other, wish, undefined, othersWindows);
    const queriesOf = (stackId: string) => one.ksqldb.queries().filter(({ sink }) => sink.includes(stackId.toUpperCase()));
    const topicsOf = (stackId: string) => [...one.topics].filter((topic) => topic.includes(stackId));
    const before = { queries: queriesOf(others.stackId), topics: topicsOf(others.stackId) };
    expect(before.queries).toHaveLength(2);
    await provision(one, { ...wish, statements: "second" });
    await provision(one, { ...wish, transactionsTopicId: "t2" });
    expect(await one.processor(windows, wish).stop(stepDeadline(5000))).toHaveLength(1);
    expect(await remove(one)).toEqual(names);
    expect({ queries: queriesOf(others.stackId), topics: topicsOf(others.stackId) }).toEqual(before);
    expect([queriesOf(owner.stackId), topicsOf(owner.stackId)]).toEqual([[], []]);
    expect((await other.processor(othersWindows, wish).health(stepDeadline(5000))).healthy).toBe(true);
    expect((await provision(other, wish, undefined, othersWindows)).changes).toMatchObject([{ result: "unchanged" }]);
  });

  test("terminates no query of another stack that writes to the same windows, and names that stack", async () => {
    await using one = await createWorld({ owner });
    await using other = await createWorld({ owner: others, shared: one });
    await provision(other);
    one.ksqldb.posted.length = 0;
    const [query = ""] = await one.running();
    expect(await failureOf(provision(one))).toMatchObject({
      message: `Cannot use ksqlDB at "${one.ksqldb.url}": its query ${query}, which was started by another stack (transactions/9f8e7d6c), writes to topic "window_transactions"`,
    });
    expect(await failureOf(one.processor(windows, wish).stop(stepDeadline(5000)))).toMatchObject({ code: "processor" });
    expect(await remove(one)).toEqual([]);
    expect(one.ksqldb.posted.filter((sql) => changing.test(sql))).toEqual([]);
  });

  test("keeps objects of an older version with shared names, and names the query that must end first", async () => {
    await using world = await createWorld({ owner });
    // Older versions used the same names on shared servers as on the stack's server.
    await provision(await createWorld({ shared: world }));
    world.ksqldb.posted.length = 0;
    const [query = ""] = await world.running();
    const refusal = {
      message: `Cannot use ksqlDB at "${world.ksqldb.url}": its query ${query}, which was started by an older version of streamctl, writes to topic "window_transactions"`,
      hint: `Run in ksqlDB: TERMINATE ${query};`,
    };
    expect(await failureOf(provision(world))).toMatchObject(refusal);
    expect(await failureOf(remove(world))).toMatchObject(refusal);
    expect(world.ksqldb.posted.filter((sql) => changing.test(sql))).toEqual([]);
    world.ksqldb.run(`TERMINATE ${query}`);
    await provision(world);
    expect(world.ksqldb.sources()).toEqual(["TRANSACTIONS", "PAID_TRANSACTIONS", "WINDOW_TRANSACTIONS", ...names]);
  });

  test("changes no query of another owner that writes to the windows, and reports how to terminate it", async () => {
    await using world = await createWorld({ owner });
    await world.startForeign();
    world.ksqldb.posted.length = 0;
    expect(await failureOf(provision(world))).toMatchObject({
      message: `Cannot use ksqlDB at "${world.ksqldb.url}": its query CTAS_WINDOW_TRANSACTIONS_2, which was not started by streamctl, writes to topic "window_transactions"`,
      hint: "Run in ksqlDB: TERMINATE CTAS_WINDOW_TRANSACTIONS_2;",
    });
    expect(world.ksqldb.posted.filter((sql) => changing.test(sql))).toEqual([]);
  });

  test("creates its own stream next to one of another owner with the plain name", async () => {
    await using world = await createWorld({ owner });
    world.ksqldb.run("CREATE STREAM transactions (a INT) WITH (KAFKA_TOPIC = 'others', VALUE_FORMAT = 'JSON')");
    await provision(world);
    expect(world.ksqldb.sources()).toEqual(["TRANSACTIONS", ...names]);
    expect(await remove(world)).toEqual(names);
    expect(world.ksqldb.sources()).toEqual(["TRANSACTIONS"]);
  });

  test("warns about settings that make the windows inexact", async () => {
    await using world = await createWorld({ owner });
    const warnings: string[] = [];
    const processor = world.processor(windows, wish);
    const plan = planProcessor(await processor.observe(stepDeadline(5000)), processor.wanted);
    await processor.apply(plan, stepDeadline(5000), { ...silentLog, warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([
      "ksqlDB runs with processing.guarantee=at_least_once: queries of streamctl use exactly_once_v2, but other queries may count records twice after a crash",
    ]);
  });
});

describe("removeOwnObjects()", () => {
  test("drops only objects that streamctl created", async () => {
    await using world = await createWorld({ owner });
    await provision(world);
    world.ksqldb.run("CREATE STREAM others (a INT) WITH (KAFKA_TOPIC = 'others', VALUE_FORMAT = 'JSON')");
    expect(await remove(world)).toEqual(names);
    expect(world.ksqldb.sources()).toEqual(["OTHERS"]);
    expect(world.ksqldb.queries()).toEqual([]);
    expect(world.topics.size).toBe(0);
    expect(await remove(world)).toEqual([]);
  });

  test("keeps a table of another owner that writes to the windows", async () => {
    await using world = await createWorld({ owner });
    await world.startForeign();
    expect(await remove(world)).toEqual([]);
    expect(world.ksqldb.queries()).toHaveLength(1);
  });
});
