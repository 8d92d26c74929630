/** Starts containers on a fake engine. */

import { expect, test } from "bun:test";
import { createServer, type AddressInfo } from "node:net";
import { failureOf } from "../../processors/failure.ts";
import { containerId, FakeEngine, kafka, open } from "./fake-engine.ts";

test("ServiceContainers.start() recreates, once, an existing container that cannot be started, and says why", async () => {
  const engine = new FakeEngine();
  const { runtime, warnings } = await open(engine);
  engine.created = true;
  engine.definition = kafka.map((definition) => runtime.hash(definition)).join();
  engine.refusals.push(
    `Error response from daemon: network ${"36e7e05a729c".padEnd(64, "0")} not found\nError: failed to start containers: ${containerId}`,
  );
  const started = await Promise.all(kafka.map(async (definition) => await runtime.start(definition)));
  expect(started).toEqual([{ pid: 77, containerId, startedAt: "start-1" }]);
  expect(engine.commands).toEqual(["start c", "rm c", "compose up --no-start --no-build --no-deps kafka", "start c"]);
  expect(warnings).toEqual([
    "Recreated the container of kafka, keeping its data: it could not be started (network 36e7e05a729c not found)",
  ]);
});

test("ServiceContainers.start() gives the engine's reason and a hint when a new container cannot be started", async () => {
  const engine = new FakeEngine();
  const { runtime, warnings } = await open(engine);
  const said = "driver failed programming external connectivity: Bind for 127.0.0.1:29092 failed: port is already allocated";
  engine.refusals.push(`Error response from daemon: ${said}\nError: failed to start containers: ${containerId}`);
  const failures = await Promise.all(kafka.map(async (definition) => await failureOf(runtime.start(definition))));
  expect(failures).toMatchObject([
    { code: "service-failed", message: `Cannot start "kafka": ${said}`, hint: expect.stringContaining("docker ps") },
  ]);
  expect(engine.commands).toEqual(["compose up --no-start --no-build --no-deps kafka", "start c"]);
  expect(warnings).toEqual([]);
});

test("ServiceContainers.start() names the container that publishes a port in use, and its stack", async () => {
  const engine = new FakeEngine();
  const { runtime } = await open(engine);
  const listener = createServer();
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, "127.0.0.1", () => resolve((listener.address() as AddressInfo).port));
  });
  const taking = kafka.map((definition) => ({ ...definition, ports: [{ name: "Kafka", port, inside: 9092 }] }));
  const start = async (): Promise<unknown> => await Promise.all(taking.map(async (one) => await failureOf(runtime.start(one))));
  engine.publisher = "found web of ";
  const message = (name: string): string => `Cannot start "kafka": port ${port} (Kafka) is used by container ${name}`;
  expect(await start()).toMatchObject([
    {
      code: "port-taken",
      message: message("web"),
      hint: "Run: docker stop web, or choose other ports: streamctl up --port-offset 1000",
    },
  ]);
  engine.publisher = "found s_kafka_1 of /a/.streamctl";
  expect(await start()).toMatchObject([
    {
      message: message("s_kafka_1"),
      hint: "Run: streamctl --state-dir /a/.streamctl down, or choose other ports: streamctl up --port-offset 1000",
    },
  ]);
  listener.close();
});

test("ServiceContainers.start() shows the output of compose when it created no container", async () => {
  const engine = new FakeEngine();
  const { runtime } = await open(engine);
  engine.makesNothing = true;
  await runtime.prepare(kafka);
  const starts = kafka.map(async (definition) => await failureOf(runtime.start(definition)));
  expect(await Promise.all(starts)).toMatchObject([
    { message: 'Cannot start "kafka": compose did not create its container', detail: "Error: no such network" },
  ]);
});
