import { expect, test } from "bun:test";
import { silentLog } from "../../src/core/log.ts";
import type { ResourceStatus } from "../../src/pipeline/resources.ts";
import { awaitHealthy } from "../../src/pipeline/await-healthy.ts";
import { failureOf } from "../processors/failure.ts";

const options = { timeoutMs: 600, signal: new AbortController().signal, log: silentLog };
const healthy: ResourceStatus = { kind: "topic", name: "transactions", state: "healthy", detail: "3 partitions" };
const job: ResourceStatus = { kind: "job", name: "windows", state: "unhealthy", detail: "RESTARTING, 0 of 2 tasks: why" };

test("awaitHealthy() returns once everything is healthy", async () => {
  let checks = 0;
  await awaitHealthy(async () => {
    checks += 1;
    return checks < 3 ? [healthy, job] : [healthy, { ...job, state: "healthy" }];
  }, options);
  expect(checks).toBe(3);
});

test("awaitHealthy() names the unhealthy resource at the timeout", async () => {
  expect(await failureOf(awaitHealthy(async () => [healthy, job], options))).toMatchObject({
    code: "processor",
    message: 'The stack is up, but job "windows" is not healthy: RESTARTING, 0 of 2 tasks: why',
  });
});

test("awaitHealthy() fails early for a resource that keeps failing", async () => {
  let checks = 0;
  const check = async (): Promise<readonly ResourceStatus[]> => {
    checks += 1;
    return [{ ...job, keepsFailing: true }];
  };
  const given = awaitHealthy(check, { ...options, timeoutMs: 60_000, failingTimeoutMs: 340 });
  expect(await failureOf(given)).toMatchObject({ code: "processor" });
  // After 0, 50, 150, 250 and 350 ms.
  expect(checks).toBe(5);
});
