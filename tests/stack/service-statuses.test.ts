import { expect, test } from "bun:test";
import { identifyProcess } from "../../src/core/process.ts";
import { pause } from "../../src/core/wait.ts";
import { chosenServices } from "../../src/pipeline/stack-services.ts";
import type { Runtime } from "../../src/stack/runtime.ts";
import { serviceStatuses } from "../../src/stack/stack.ts";
import type { RunState, ServiceRecord } from "../../src/state/run-state.ts";
import { someChoices } from "../state/some-choices.ts";

/** After the clock was set back by two hours, everything was started in the future. */
const future = { definitionHash: "h", endpoint: "e", startedAtMs: Date.now() + 7_200_000 };

test("serviceStatuses() returns no negative uptime after the clock was set back", async () => {
  const identity = await identifyProcess(process.pid);
  if (!identity) throw new Error("this process has no identity");
  const container = { pid: 1, containerId: "c", startedAt: "2026-11-26T14:00:00Z" };
  const records: readonly ServiceRecord[] = [
    { ...future, name: "kafka", identity },
    { ...future, name: "pinot", identity: container },
  ];
  const choices = { ...someChoices, portOffset: 22_900, only: ["kafka", "pinot"] };
  const state = { version: 1, choices, services: records } as unknown as RunState;
  // A FAKE with all that a status needs of a runtime.
  const runtime = { isRunning: async () => true, isFrozen: async () => false, residentBytes: async () => 1 } as unknown as Runtime;
  const statuses = await serviceStatuses(state, chosenServices(choices), runtime, async () => false);
  const uptimes = new Map(statuses.map(({ name, uptimeMs }) => [name, uptimeMs]));
  expect(uptimes.get("kafka")).toBeGreaterThan(0);
  expect(uptimes.get("pinot")).toBe(0);
});

test("serviceStatuses() says that a service is stopped as soon as it ends, even while it is asked", async () => {
  const portOffset = 22_900;
  using _ = Bun.listen({ hostname: "127.0.0.1", port: 9092 + portOffset, socket: { data: () => {} } });
  const choices = { ...someChoices, portOffset, only: ["kafka"] };
  const container = { pid: 1, containerId: "c", startedAt: "2026-11-26T14:00:00Z" };
  const state = { version: 1, choices, services: [{ ...future, name: "kafka", identity: container }] } as unknown as RunState;
  let isAsked = false;
  // A FAKE broker that ends while it is asked, and a FAKE client that waits for its answer.
  const runtime = {
    isRunning: async () => !isAsked,
    diskOf: async () => undefined,
    tailLog: async () => [],
    endOf: async () => undefined,
  } as unknown as Runtime;
  const waitForAnswer = async (_address: string, _timeoutMs: number, signal?: AbortSignal): Promise<boolean> => {
    isAsked = true;
    await pause(60_000, signal);
    return false;
  };
  const [status] = await serviceStatuses(state, chosenServices(choices), runtime, waitForAnswer);
  expect(status).toMatchObject({ name: "kafka", state: "stopped", detail: "exited unexpectedly" });
});
