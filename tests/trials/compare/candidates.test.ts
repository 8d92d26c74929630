import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import { type Candidates, findCandidates } from "../../../src/trials/compare/candidates.ts";
import { resolveCompareRequest, type RawCompareOptions } from "../../../src/trials/compare/request.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const homeVariable = "STREAMCTL_KSQLDB_HOME";
const homeBefore = process.env[homeVariable];
beforeAll(() => {
  delete process.env[homeVariable];
});
afterAll(() => {
  if (homeBefore !== undefined) process.env[homeVariable] = homeBefore;
});

async function find(raw: RawCompareOptions, portOffset?: number) {
  const folder = stateFolder(join(await temporaryFolder(), "none"));
  const context = { folder, log: silentLog, signal: new AbortController().signal };
  const request = resolveCompareRequest({ runtime: "local", ...raw }, { portOffset, randomSeed: 1 });
  return await findCandidates(request, context).catch((error: unknown) => error);
}

describe("findCandidates()", () => {
  test("skips a processor that this machine lacks, unless it was named", async () => {
    const found = await find({});
    expect(found).toMatchObject({
      runtime: "local",
      candidates: [{ processor: "flink", label: "Flink", version: "2.3.0" }, { processor: "spark" }, { processor: "beam" }],
      skipped: [{ processor: "ksqldb", reason: expect.stringContaining("no source was given") }],
    });
    expect(await find({ processors: "flink,ksqldb" })).toMatchObject({ code: "prerequisite" });
  });

  test("chooses the ports, or takes the given ones and fails if one of them is taken", async () => {
    const found = (await find({ processors: "flink" })) as Candidates;
    const portOffset = found.candidates[0]?.up.portOffset ?? 0;
    expect(portOffset).toBeGreaterThanOrEqual(10_000);
    const server = createServer();
    const taken = 9092 + portOffset;
    await new Promise<void>((resolve) => server.listen(taken, "127.0.0.1", resolve));
    try {
      const failure = await find({ processors: "flink" }, portOffset);
      expect(failure).toMatchObject({ code: "port-taken", message: expect.stringContaining(`port ${taken}`) });
    } finally {
      server.close();
    }
  });

  test("rejects a runtime that does not exist, for all processors", async () => {
    expect(await find({ runtime: "cloud" })).toMatchObject({ code: "usage" });
    expect(await find({ runtime: "remote" })).toMatchObject({ code: "not-available" });
  });
});
