/** A fake of the programs in `config/program`: their HTTP interface with answers as the program for Spark 4.2.0 gives them, without an engine. */

import { randomUUID } from "node:crypto";
import type { ProgramRequest } from "../../../src/processors/program-client.ts";

export interface FakeComputation {
  readonly id: string;
  readonly name: string;
  readonly identity: ProgramRequest["identity"] | null;
  readonly checkpoints: string;
}

export interface FakeProgram extends AsyncDisposable {
  readonly controlUrl: string;
  /** The running computations. */
  readonly computations: FakeComputation[];
  /** All that were started, in order. */
  readonly started: FakeComputation[];
  /** From now on, refuses computations of these statements. */
  refuse(statements: string): void;
  /** Starts a computation that is not from streamctl. */
  addForeign(name: string): void;
}

export function startFakeProgram(): FakeProgram {
  const computations: FakeComputation[] = [];
  const started: FakeComputation[] = [];
  const refused = new Set<string>();
  const nowMs = Date.now();
  const documentOf = ({ id, name, identity }: FakeComputation) => ({
    id,
    name,
    identity,
    state: "RUNNING",
    startedAtMs: nowMs,
    lastProgressAtMs: nowMs + 70,
    failures: 0,
    lastFailure: null,
    positions: [
      { nextOffset: 7946, partition: 0, topic: "transactions" },
      { nextOffset: 6022, partition: 1, topic: "transactions" },
    ],
    facts: { batch: 1, batchDurationMs: 2, windows: 1 },
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (request.method === "GET") return Response.json(computations.map(documentOf));
      if (request.method === "DELETE") {
        const at = computations.findIndex(({ name }) => pathname.endsWith(`/${name}`));
        if (at >= 0) computations.splice(at, 1);
        return Response.json({});
      }
      const { name, identity, checkpoints } = (await request.json()) as ProgramRequest;
      if (refused.has(identity.statements)) {
        return Response.json({ error: 'column TOTAL: "distinct" is not supported' }, { status: 400 });
      }
      if (search === "?validate") return Response.json({});
      if (computations.some((one) => one.name === name)) return Response.json({ error: `${name} is running already` }, { status: 400 });
      const computation = { id: randomUUID(), name, identity, checkpoints };
      computations.push(computation);
      started.push(computation);
      return Response.json({});
    },
  });
  return {
    controlUrl: `http://127.0.0.1:${server.port}`,
    computations,
    started,
    refuse: (statements) => void refused.add(statements),
    addForeign: (name) => void computations.push({ id: randomUUID(), name, identity: null, checkpoints: "/elsewhere" }),
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
