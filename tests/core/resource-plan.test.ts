import { expect, test } from "bun:test";
import { observeGraph } from "../../src/core/resource-plan.ts";
import type { Resource } from "../../src/core/resource.ts";
import { stepDeadline } from "../../src/core/step-deadline.ts";

/** A FAKE service, running or not. */
function service(name: string, runs: boolean, needs: readonly Resource[] = []): Resource {
  return {
    kind: "service",
    name,
    needs,
    observe: async () => runs,
    decide: (observed) => ({ operation: observed === true ? "keep" : "start", cause: "a fake" }),
    apply: async () => ({ facts: undefined }),
  };
}

test("observeGraph() does not query an engine while one of its dependencies is not running", async () => {
  const lookAt = async (kafkaRuns: boolean): Promise<unknown> => {
    const kafka = service("kafka", kafkaRuns);
    const server = service("server", true, [kafka]);
    const job: Resource = { ...service("job", true, [server]), kind: "job", holder: server, recall: () => "remembered" };
    const snapshot = await observeGraph([kafka, server, job], () => stepDeadline(1000));
    return snapshot.get(job);
  };
  expect(await lookAt(true)).toEqual({ observed: true, live: true });
  expect(await lookAt(false)).toEqual({ observed: "remembered", live: false });
});
