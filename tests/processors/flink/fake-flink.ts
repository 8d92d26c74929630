/** A fake Flink cluster with SQL gateway for the requests that streamctl makes. It replays recorded answers. */

import { randomUUID } from "node:crypto";
import { recordedAnswer } from "../recordings.ts";

const words = {
  overviewEntry: at(JSON.parse(recordedAnswer("flink-2.3.0/unchanged.http", /jobs\/overview/u).text)),
  config: JSON.parse(recordedAnswer("flink-2.3.0/unchanged.http", /\/config$/u).text),
  unknownJob: recordedAnswer("flink-2.3.0/exceptions.http", /\/config$/u),
  unknownJobToCancel: recordedAnswer("flink-2.3.0/exceptions.http", /PATCH .*ffff/u),
  checkpoints: JSON.parse(recordedAnswer("flink-2.3.0/checkpoints.http", /^GET .*checkpoints$/u).text),
  checkpointRequested: recordedAnswer("flink-2.3.0/checkpoints.http", /^POST .*checkpoints$/u),
  done: JSON.parse(recordedAnswer("flink-2.3.0/created.http", /result\/0/u, /"OK"/u).text),
  submitted: JSON.parse(recordedAnswer("flink-2.3.0/created.http", /result\/0/u, /jobID/u).text),
  refused: recordedAnswer("flink-2.3.0/refused.http", /result\/0/u, /errors/u),
  notRestored: recordedAnswer("flink-2.3.0/restore-refused.http", /result\/0/u, /errors/u),
};

function at(overview: { readonly jobs: readonly { readonly "start-time": number }[] }): { readonly "start-time": number } {
  const [entry] = overview.jobs;
  if (entry === undefined) throw new Error("No job was recorded");
  return entry;
}

export interface FakeJob {
  readonly id: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  state: string;
}

export interface FakeFlink extends AsyncDisposable {
  readonly restUrl: string;
  readonly gatewayUrl: string;
  /** Such as `POST /v3/sessions`, in order. */
  readonly requests: string[];
  /** Executed statements, in order. */
  readonly statements: string[];
  readonly jobs: FakeJob[];
  /** From now on, rejects submissions from a checkpoint, as Flink does if it cannot read it. */
  refuseRestores(): void;
  /** From now on, rejects statements that match, with the line of the match. */
  refuse(pattern: RegExp): void;
  /** Restarts the cluster without jobs. */
  forgetJobs(): void;
  /** Starts a job that is not from streamctl. */
  addJob(job: { readonly name: string; readonly state?: string; readonly parameters?: Readonly<Record<string, string>> }): FakeJob;
}

interface Operation {
  readonly status: "FINISHED" | "ERROR";
  readonly result: { readonly status: number; readonly text: string };
  looks: number;
}

interface Posted {
  readonly statement?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export function startFakeFlink(): FakeFlink {
  const sessions = new Map<string, Readonly<Record<string, string>>>();
  const operations = new Map<string, Operation>();
  const requests: string[] = [];
  const statements: string[] = [];
  const jobs: FakeJob[] = [];
  let refused: RegExp | undefined;
  let restores = true;

  function addJob(job: Parameters<FakeFlink["addJob"]>[0], properties: Readonly<Record<string, string>> = {}): FakeJob {
    const made = {
      id: randomUUID().replaceAll("-", ""),
      name: job.name,
      parameters: job.parameters ?? {},
      properties,
      state: job.state ?? "RUNNING",
    };
    jobs.unshift(made);
    return made;
  }

  function run(sql: string, properties: Readonly<Record<string, string>>): Omit<Operation, "looks"> {
    statements.push(sql);
    const found = refused?.exec(sql);
    if (found) {
      const line = sql.slice(0, found.index).split("\n").length;
      const text = words.refused.text.replaceAll(/\bline 1\b/gu, `line ${line}`);
      return { status: "ERROR", result: { ...words.refused, text } };
    }
    if (!sql.startsWith("INSERT")) return { status: "FINISHED", result: { status: 200, text: JSON.stringify(words.done) } };
    if ("execution.state-recovery.path" in properties && !restores) {
      addJob({ name: properties["pipeline.name"] ?? "", state: "FAILED" });
      return { status: "ERROR", result: words.notRestored };
    }
    const pairs = (properties["pipeline.global-job-parameters"] ?? "").split(",").map((pair) => pair.split(":"));
    const { id } = addJob({ name: properties["pipeline.name"] ?? "", parameters: Object.fromEntries(pairs) }, properties);
    return { status: "FINISHED", result: { status: 200, text: JSON.stringify({ ...words.submitted, jobID: id }) } };
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    requests.push(`${request.method} ${pathname}`);
    const parts = pathname.split("/").slice(1);
    const body = (request.method === "POST" ? await request.json() : {}) as Posted;
    if (pathname === "/v3/sessions") {
      const sessionHandle = randomUUID();
      sessions.set(sessionHandle, body.properties ?? {});
      return Response.json({ sessionHandle });
    }
    if (parts[0] === "v3") return answerSession(parts.slice(2), request.method, body);
    return answerJobs(parts.slice(1), request.method);
  }

  function answerSession([session = "", kind, handle = "", what]: readonly string[], method: string, body: Posted): Response {
    if (method === "DELETE") return Response.json({ status: "CLOSED" });
    if (kind === "statements") {
      const operationHandle = randomUUID();
      operations.set(operationHandle, { ...run(body.statement ?? "", sessions.get(session) ?? {}), looks: 0 });
      return Response.json({ operationHandle });
    }
    const operation = operations.get(handle);
    if (operation === undefined) return Response.json({ errors: ["no such operation"] }, { status: 404 });
    if (what === "status") return Response.json({ status: operation.looks++ === 0 ? "RUNNING" : operation.status });
    return new Response(operation.result.text, { status: operation.result.status });
  }

  function answerJobs([id = "", what]: readonly string[], method: string): Response {
    if (id === "overview") {
      const listed = jobs.map((job) => {
        const tasks = { running: job.state === "RUNNING" ? 2 : 0, total: 2 };
        const shown = { ...words.overviewEntry, jid: job.id, name: job.name, state: job.state, tasks };
        // A cancelled job is reported as CANCELLING once.
        if (job.state === "CANCELLING") job.state = "CANCELED";
        return shown;
      });
      return Response.json({ jobs: listed });
    }
    const job = jobs.find((candidate) => candidate.id === id);
    if (method === "PATCH") {
      if (job === undefined) return new Response(words.unknownJobToCancel.text, { status: words.unknownJobToCancel.status });
      job.state = "CANCELLING";
      return Response.json({}, { status: 202 });
    }
    if (job === undefined) return new Response(words.unknownJob.text, { status: words.unknownJob.status });
    if (what === "checkpoints" && method === "POST") {
      return new Response(words.checkpointRequested.text, { status: words.checkpointRequested.status });
    }
    if (what === "checkpoints") {
      const { latest } = words.checkpoints;
      const completed = { ...latest.completed, latest_ack_timestamp: words.overviewEntry["start-time"] + 3000 };
      return Response.json({ ...words.checkpoints, latest: { ...latest, completed } });
    }
    if (what === "exceptions") return Response.json({ exceptionHistory: { entries: [], truncated: false } });
    const execution = { ...words.config["execution-config"], "user-config": job.parameters };
    return Response.json({ ...words.config, jid: job.id, name: job.name, "execution-config": execution });
  }

  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    restUrl: url,
    gatewayUrl: url,
    requests,
    statements,
    jobs,
    refuse(pattern) {
      refused = pattern;
    },
    refuseRestores() {
      restores = false;
    },
    forgetJobs() {
      jobs.length = 0;
    },
    addJob,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
