import { expect, test } from "bun:test";
import { identityFor, readRunState, type ServiceRecord } from "../../src/state/run-state.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import { RunRecorder } from "../../src/state/run-recorder.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { someChoices } from "./some-choices.ts";

const choices = { ...someChoices, portOffset: 7 };

function record(name: ServiceRecord["name"], pid: number): ServiceRecord {
  return { name, identity: { pid, startTicks: 1, bootId: "b" }, definitionHash: "h", endpoint: "e", startedAtMs: 1 };
}

test("RunRecorder writes changes in the order in which they were made, even when they are not awaited", async () => {
  const folder = stateFolder(await temporaryFolder());
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices, services: [], starting: [], resources: [] });
  await Promise.all([
    recorder.remember("kafka", record("kafka", 1)),
    recorder.remember("pinot", record("pinot", 2)),
    recorder.remember("kafka", undefined),
    recorder.remember("pinot", { ...record("pinot", 2), readyMs: 9 }),
  ]);
  expect(await readRunState(folder)).toEqual({
    version: 3,
    stack,
    choices,
    services: [{ ...record("pinot", 2), readyMs: 9 }],
    starting: [],
    resources: [],
  });
});

test("RunRecorder resolves each of many concurrent changes once it is on disk", async () => {
  const folder = stateFolder(await temporaryFolder());
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices, services: [], starting: [], resources: [] });
  const names = ["kafka", "zookeeper", "pinot", "flink"];
  const written = names.map(async (name) => {
    await recorder.intend({ name, definitionHash: "h", endpoint: "e", startedAtMs: 1 });
    return (await readRunState(folder))?.starting.some((intent) => intent.name === name);
  });
  expect(await Promise.all(written)).toEqual([true, true, true, true]);
});

test("RunRecorder forgets the stopped run, and no other run of that service", async () => {
  const folder = stateFolder(await temporaryFolder());
  const recorder = new RunRecorder(folder, {
    stack: await identityFor(folder, undefined),
    choices,
    services: [record("kafka", 1)],
    starting: [],
    resources: [],
  });
  await recorder.forget({ name: "kafka", identity: record("kafka", 2).identity });
  expect([...recorder.records.keys()]).toEqual(["kafka"]);
  await recorder.forget(record("kafka", 1));
  expect([...recorder.records.keys()]).toEqual([]);
});

test("RunRecorder records an intent to start until the service is remembered or forgotten", async () => {
  const folder = stateFolder(await temporaryFolder());
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices, services: [], starting: [], resources: [] });
  const intents = ["kafka", "pinot"].map((name) => ({ name, definitionHash: "h", endpoint: "e", startedAtMs: 1 }));
  await recorder.intend(...intents);
  expect(await readRunState(folder)).toMatchObject({ services: [], starting: intents });
  await recorder.remember("kafka", record("kafka", 1));
  await recorder.remember("pinot", undefined);
  expect(await readRunState(folder)).toMatchObject({ services: [record("kafka", 1)], starting: [] });
});

test("RunRecorder forgets the abandoned processor that gave its objects back, and no other one", async () => {
  const folder = stateFolder(await temporaryFolder());
  const at = (url: string) => ({ processor: "ksqldb", source: { url } });
  const abandoned = [at("http://a:8088"), at("http://b:8088")];
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices: { ...choices, abandoned }, services: [], starting: [], resources: [] });
  await recorder.forgetAbandoned(at("http://b:8088"));
  expect((await readRunState(folder))?.choices.abandoned).toEqual([at("http://a:8088")]);
  await recorder.forgetAbandoned(at("http://a:8088"));
  expect((await readRunState(folder))?.choices).not.toHaveProperty("abandoned");
});

test("RunRecorder withdraws what was about to be started and was not", async () => {
  const folder = stateFolder(await temporaryFolder());
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices, services: [], starting: [], resources: [] });
  await recorder.intend({ name: "kafka", definitionHash: "h", endpoint: "e", startedAtMs: 1 });
  await recorder.withdrawIntents();
  expect((await readRunState(folder))?.starting).toEqual([]);
});
