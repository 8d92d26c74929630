import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { silentLog } from "../../src/core/log.ts";
import { resolveDataRequest } from "../../src/data/request.ts";
import { readLedger } from "../../src/state/ledger-reading.ts";
import { sendInBackground } from "../../src/trials/background-data.ts";
import { failureOf } from "../processors/failure.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const request = resolveDataRequest({ rate: "1000", topic: "lives" }, { cores: 1, nowMs: 0, randomSeed: 5 });

/** Sends with the fake workers of the tests of `data`. */
async function start(topicId: string | null, signal = new AbortController().signal) {
  const ledgerFile = join(await temporaryFolder(), "ledger");
  const data = sendInBackground(request, {
    log: silentLog,
    signal,
    workerEntry: new URL("../data/fake-worker.ts", import.meta.url),
    ledgerFile,
    describeTopic: async () => (topicId === null ? null : { topicId, partitions: 3 }),
  });
  return { data, ledgerFile };
}

describe("sendInBackground()", () => {
  test("sends until it is stopped, and records the run in the ledger", async () => {
    const { data, ledgerFile } = await start("topic-id");
    await data.started();
    const { accepted, delivered, requested } = await data.stop();
    expect([requested, delivered]).toEqual([null, accepted]);
    expect(delivered).toBeGreaterThan(0);
    expect((await readLedger(ledgerFile)).runs).toMatchObject([{ topicId: "topic-id", delivered }]);
  });

  test("reports why nothing is sent", async () => {
    const { data } = await start(null);
    expect(await failureOf(data.started())).toMatchObject({ code: "kafka", message: 'Topic "lives" does not exist at "127.0.0.1:9092"' });
    expect(await failureOf(data.stop())).toMatchObject({ code: "kafka" });
  });

  test("an interruption ends the run, and its records are counted", async () => {
    const interruption = new AbortController();
    const { data, ledgerFile } = await start("topic-id", interruption.signal);
    await data.started();
    interruption.abort();
    const { delivered } = await data.stop();
    expect((await readLedger(ledgerFile)).runs).toMatchObject([{ delivered }]);
  });
});
