import { expect, test } from "bun:test";
import type { CommandResult } from "../../../src/core/process.ts";
import { listEngineObjects } from "../../../src/stack/docker/engine-objects.ts";
import type { ContainerEngine } from "../../../src/stack/docker/engine.ts";
import { failureOf } from "../../processors/failure.ts";

/** A FAKE engine with answers of docker 20.10: one stack whose folder was deleted, and one whose network was created by hand. */
function fakeEngine(answers: Readonly<Record<string, CommandResult>>): ContainerEngine {
  const refuse = async (): Promise<never> => await Promise.reject(new Error("not asked here"));
  return {
    name: "docker 1",
    run: async (args) => answers[args.slice(0, 2).join(" ")] ?? { exitCode: 0, output: "" },
    follow: refuse,
    compose: refuse,
  };
}

const said = (output: string, exitCode = 0): CommandResult => ({ output, exitCode });

const kafka = `{"com.docker.compose.service":"kafka","streamctl.service":"s-1/kafka","streamctl.stack":"s-1","streamctl.state-dir":"/a b/.streamctl"}`;

test("listEngineObjects() names containers, volumes and networks with their stack, service and state folder", async () => {
  const engine = fakeEngine({
    "ps -a": said("c1\nc2"),
    "inspect --type": said(`/s-1_kafka_1 ${kafka}\n/s-2_flink_1 {"streamctl.stack":"s-2"}`),
    "volume ls": said("s-1_kafka-data"),
    "volume inspect": said('s-1_kafka-data {"streamctl.service":"s-1/kafka","streamctl.stack":"s-1"}'),
    "network ls": said("n1"),
    "network inspect": said('s-1_default {"streamctl.stack":"s-1"}'),
  });
  expect(await listEngineObjects(engine)).toEqual([
    { kind: "container", name: "s-1_kafka_1", stack: "s-1", service: "kafka", stateDir: "/a b/.streamctl" },
    { kind: "container", name: "s-2_flink_1", stack: "s-2" },
    { kind: "volume", name: "s-1_kafka-data", stack: "s-1", service: "kafka" },
    { kind: "network", name: "s-1_default", stack: "s-1" },
  ]);
});

test("listEngineObjects() leaves out what was removed meanwhile, and fails when the engine refuses to list", async () => {
  const gone = fakeEngine({ "ps -a": said("c1\nc2"), "inspect --type": said(`/s-1_kafka_1 ${kafka}\nError: No such container: c2`, 1) });
  expect((await listEngineObjects(gone)).map(({ name }) => name)).toEqual(["s-1_kafka_1"]);
  const refusing = fakeEngine({ "volume ls": said("Cannot connect to the Docker daemon", 1) });
  expect(await failureOf(listEngineObjects(refusing))).toMatchObject({
    code: "service-failed",
    detail: "Cannot connect to the Docker daemon",
  });
});
