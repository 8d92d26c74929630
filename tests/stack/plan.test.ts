import { describe, expect, test } from "bun:test";
import { decideService, decideUnwanted, type ObservedService, type ServiceObservation } from "../../src/stack/plan.ts";

const running = (change: Partial<ObservedService> = {}): ServiceObservation => ({
  recorded: { name: "kafka", state: "running", pid: 7, definitionHash: "v1", healthy: true, ...change },
  unrecordedPids: [],
});

describe("decideService()", () => {
  test.each<[string, ServiceObservation, string]>([
    ["nothing runs", { unrecordedPids: [] }, "start: not running"],
    ["it is healthy", running(), "keep: healthy, process 7"],
    ["it exited", running({ state: "exited", healthy: false }), "start: process 7 exited unexpectedly"],
    ["it was started as something else", running({ definitionHash: "v0" }), "restart: its definition changed"],
    ["it does not answer", running({ healthy: false }), "await: process 7 is not ready yet"],
    ["it is frozen", running({ healthy: false, frozen: true }), "await: process 7 is frozen"],
    ["another run of it is unknown", { ...running(), unrecordedPids: [9] }, "restart: process 9 is not recorded in run.json"],
  ])("where %s", (_, seen, expected) => {
    const { operation, cause } = decideService(seen, "v1");
    expect(`${operation}: ${cause}`).toBe(expected);
  });
});

test("decideUnwanted() stops, and names a run that is not recorded", () => {
  expect(decideUnwanted(running(), "asked to stop")).toEqual({ operation: "stop", cause: "asked to stop" });
  const unknown = decideUnwanted({ unrecordedPids: [9] }, "asked to stop");
  expect(unknown).toEqual({ operation: "stop", cause: "process 9 is not recorded in run.json" });
});
