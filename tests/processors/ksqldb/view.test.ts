import { expect, test } from "bun:test";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { KsqldbComputation } from "../../../src/processors/ksqldb/computation.ts";
import { readProgress, readView } from "../../../src/processors/ksqldb/view.ts";
import { listen, recorded } from "./fake-ksqldb-script.ts";
import { createWorld, provision, windows, wish } from "./ksqldb-world.ts";

const described = recorded("236-describe-off-earliest");

test("readProgress() reads committed offsets from the extended description of each sink", async () => {
  await using world = await createWorld();
  const asked: string[] = [];
  const server = await listen((_, body) => {
    asked.push((JSON.parse(body) as { readonly ksql: string }).ksql);
    return described;
  });
  const chain = new KsqldbComputation({ ...world.options(windows, wish), url: server.url });
  const offsets = [1, 60, 0].map((nextOffset, partition) => ({ topic: "transactions", partition, nextOffset }));
  expect(await readProgress(chain, stepDeadline(5000))).toEqual([...offsets, ...offsets]);
  expect(asked.toSorted()).toEqual(["DESCRIBE PAID_TRANSACTIONS EXTENDED;", "DESCRIBE WINDOW_TRANSACTIONS EXTENDED;"]);
  await server.close();
});

test("readView() returns each query with its state, topics and lag", async () => {
  await using world = await createWorld();
  await provision(world);
  const view = await readView(new KsqldbComputation(world.options(windows, wish)), stepDeadline(5000));
  expect(view).toMatchObject([
    { id: "CSAS_PAID_TRANSACTIONS_2", name: "PAID_TRANSACTIONS", state: "RUNNING", facts: { writes: [...world.topics].join() } },
    { id: "CTAS_WINDOW_TRANSACTIONS_3", name: "WINDOW_TRANSACTIONS", state: "RUNNING", facts: { writes: windows.name } },
  ]);
});
