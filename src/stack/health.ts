/** Health is the engine's own word: each probe asks the service, none looks at the process. */

import { connect } from "node:net";
import { exchange } from "../core/http.ts";
import { at } from "../core/json.ts";
import type { Expectation, HttpCheck, Probe } from "./service.ts";

/** Asks Kafka for its metadata; handed in, because this room knows no Kafka client. */
export type KafkaProbe = (address: string, timeoutMs: number, signal?: AbortSignal) => Promise<boolean>;

const lookTimeoutMs = 2000;

/** Whether the service says that it is ready. Silence and refusals are "no"; only a fired signal is an error. */
export async function isReady(probe: Probe, kafka: KafkaProbe, signal?: AbortSignal): Promise<boolean> {
  switch (probe.kind) {
    case "zookeeper":
      return /^Mode: /mu.test(await reply(probe.port, "srvr"));
    case "kafka": {
      const port = Number(probe.address.slice(probe.address.lastIndexOf(":") + 1));
      return (await accepts(port)) && (await kafka(probe.address, lookTimeoutMs, signal));
    }
    case "http": {
      for (const check of probe.checks) if (!(await passes(check, signal))) return false;
      return true;
    }
  }
}

async function passes(check: HttpCheck, signal?: AbortSignal): Promise<boolean> {
  try {
    // Pinot's controller says "OK" as plain text, and 406 to whoever insists on JSON.
    const answer = await exchange(check.url, { timeoutMs: lookTimeoutMs, signal, headers: { accept: "*/*", ...check.headers } });
    if (answer.status !== 200) return false;
    return check.expects === undefined || holds(answer.json, check.expects);
  } catch (error) {
    if (signal?.aborted) throw error;
    return false;
  }
}

/** As `dockerfiles/healthcheck` has it too. */
function holds(json: unknown, expected: Expectation): boolean {
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
    socket.setTimeout(lookTimeoutMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** What a server answers to one question before it hangs up; empty where it does not. A connection alone may be a proxy's. */
function reply(port: number, question: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let answer = "";
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(lookTimeoutMs, end);
    socket.once("connect", () => socket.write(question));
    socket.on("data", (chunk) => void (answer += chunk.toString()));
    socket.once("end", end);
    socket.once("error", end);
  });
}
