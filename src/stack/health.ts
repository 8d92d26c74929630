/** Health checks: each probe queries the service itself; a running process is not enough. */

import { connect } from "node:net";
import { exchange } from "../core/http.ts";
import { at } from "../core/json.ts";
import type { Expectation, HttpCheck, Probe } from "./service.ts";

/** Requests Kafka's metadata. A parameter, because this room may not import the Kafka client. */
export type KafkaProbe = (address: string, timeoutMs: number, signal?: AbortSignal) => Promise<boolean>;

const probeTimeoutMs = 2000;

/** Whether the service reports that it is ready. No response or an error response means false; only a fired signal is an error. */
export async function isReady(probe: Probe, kafka: KafkaProbe, signal?: AbortSignal): Promise<boolean> {
  switch (probe.kind) {
    case "zookeeper":
      return /^Mode: /mu.test(await reply(probe.port, "srvr"));
    case "kafka": {
      const port = Number(probe.address.slice(probe.address.lastIndexOf(":") + 1));
      return (await accepts(port)) && (await kafka(probe.address, probeTimeoutMs, signal));
    }
    case "http": {
      for (const check of probe.checks) if (!(await passes(check, signal))) return false;
      return true;
    }
  }
}

async function passes(check: HttpCheck, signal?: AbortSignal): Promise<boolean> {
  try {
    // Pinot's controller answers "OK" as plain text, and 406 to a request that accepts JSON only.
    const answer = await exchange(check.url, { timeoutMs: probeTimeoutMs, signal, headers: { accept: "*/*", ...check.headers } });
    if (answer.status !== 200) return false;
    return check.expects === undefined || meets(answer.json, check.expects);
  } catch (error) {
    if (signal?.aborted) throw error;
    return false;
  }
}

/** `dockerfiles/healthcheck` implements the same rules. */
function meets(json: unknown, expected: Expectation): boolean {
  const found = at(json, ...expected.path);
  return "equals" in expected ? found === expected.equals : typeof found === "number" && found >= expected.atLeast;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeTimeoutMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** A server's complete reply to one request; empty when there is none. An accepted connection is not enough: a proxy may have accepted it. */
function reply(port: number, question: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let answer = "";
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeTimeoutMs, end);
    socket.once("connect", () => socket.write(question));
    socket.on("data", (chunk) => void (answer += chunk.toString()));
    socket.once("end", end);
    socket.once("error", end);
  });
}
