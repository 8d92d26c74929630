import { expect, test } from "bun:test";
import { renderUp } from "../../../src/cli/render/up.ts";

test("renderUp() shows the time of services that this up started only", () => {
  const service = { state: "healthy", pid: 1, endpoint: "127.0.0.1:1", readyMs: 17_300 } as const;
  const services = [
    { ...service, name: "zookeeper", operation: "start", readyMs: 700 },
    { ...service, name: "pinot", operation: "await" },
    { ...service, name: "flink", operation: "keep" },
  ] as const;
  const text = renderUp({ runtime: "local", processor: "flink", why: "", services, endpoints: {}, changes: [], elapsedMs: 3700 });
  expect(text.split("\n").slice(0, 3)).toEqual([
    "zookeeper  127.0.0.1:1              ready in 0.7 s",
    "pinot      127.0.0.1:1              was running",
    "flink      127.0.0.1:1              was running",
  ]);
});
