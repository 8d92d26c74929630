import { describe, expect, test } from "bun:test";
import { planStack, planStop, type DesiredService, type ObservedService, type Operation } from "../../src/stack/plan.ts";
import { defaultServices } from "../../src/pipeline/stack-services.ts";

const desired: readonly DesiredService[] = defaultServices({ portOffset: 0, runtime: "local" }).map((definition) => ({
  definition,
  definitionHash: "v1",
}));

const running = (name: ObservedService["name"], change: Partial<ObservedService> = {}): ObservedService => ({
  name,
  state: "running",
  pid: 7,
  definitionHash: "v1",
  healthy: true,
  ...change,
});

const print = (plan: readonly Operation[]): string =>
  plan.map(({ operation, target, cause }) => `${operation} ${target}: ${cause}`).join("\n");

describe("planStack()", () => {
  test("starts everything where nothing runs", () => {
    expect(print(planStack(desired, []))).toMatchInlineSnapshot(`
      "start kafka: not running
      start zookeeper: not running
      start pinot: not running
      start flink: not running"
    `);
  });

  test("keeps everything when every service is healthy", () => {
    const observed = desired.map(({ definition }) => running(definition.name));
    expect(print(planStack(desired, observed))).toMatchInlineSnapshot(`
      "keep kafka: healthy, process 7
      keep zookeeper: healthy, process 7
      keep pinot: healthy, process 7
      keep flink: healthy, process 7"
    `);
  });

  test("starts what died, restarts what changed, awaits what does not answer, stops what is not asked for", () => {
    const some = desired.filter(({ definition }) => definition.name !== "flink");
    const observed = [
      running("kafka", { state: "gone", healthy: false }),
      running("zookeeper", { definitionHash: "v0" }),
      running("pinot", { healthy: false }),
      running("flink"),
    ];
    expect(print(planStack(some, observed))).toMatchInlineSnapshot(`
      "start kafka: died: process 7 is gone
      restart zookeeper: its definition changed
      await pinot: process 7 runs and does not answer yet
      stop flink: no longer asked for"
    `);
  });
});

describe("planStop()", () => {
  test("stops what runs and nothing that is gone", () => {
    expect(print(planStop([running("kafka"), running("pinot", { state: "gone" })]))).toBe("stop kafka: asked to stop");
  });
});
