import { expect, test } from "bun:test";
import { isReady } from "../../../src/stack/health.ts";
import { ksqldbChecks } from "../../../src/processors/ksqldb/service.ts";
import { type Answer, listen, recorded, starting } from "./fake-ksqldb-script.ts";

/** Whether a server with these recorded answers is ready. */
async function readyWith(info: Answer, healthcheck: Answer): Promise<boolean> {
  const { url, close } = await listen((path) => (path === "/info" ? info : healthcheck));
  try {
    return await isReady({ kind: "http", checks: ksqldbChecks(url) }, async () => true);
  } finally {
    await close();
  }
}

test("ksqldbChecks() require that a server is running and healthy", async () => {
  expect(await readyWith(recorded("001-info"), recorded("002-healthcheck"))).toBe(true);
  expect(await readyWith(starting, starting)).toBe(false);
  // Without Kafka it still returns 200.
  expect(recorded("262-kafkadown-healthcheck").status).toBe(200);
  expect(await readyWith(recorded("001-info"), recorded("262-kafkadown-healthcheck"))).toBe(false);
});
