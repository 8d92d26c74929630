/** A fake ksqlDB that knows nothing: it gives prepared answers, one a request, in their order. */

import { createServer } from "node:http";
import { recordedExchange } from "./recordings.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An answer, or a connection that breaks before one. */
export type Step = Answer | "reset";

export interface ScriptedKsqldb extends AsyncDisposable {
  readonly url: string;
  /** Such as `POST /ksql`, in order. */
  readonly requests: readonly string[];
}

/** The recorded answer of a file, without its ending: `147-terminate-lowercase`. */
export function recorded(name: string): Answer {
  const { status, text } = recordedExchange(`ksqldb-0.29.0/${name}.http`);
  return { status, text };
}

/** What a server says while it starts, as recorded. */
export const starting: Answer = {
  status: 503,
  text: '{"@type":"generic_error","error_code":50302,"message":"KSQL is not yet ready to serve requests."}',
};

/** @param steps the last one is repeated */
export async function startScriptedKsqldb(steps: readonly Step[]): Promise<ScriptedKsqldb> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const step = steps[Math.min(requests.length, steps.length - 1)] ?? "reset";
    requests.push(`${request.method} ${decodeURI(request.url ?? "")}`);
    request.resume().once("end", () => {
      if (step === "reset") request.socket.destroy();
      else response.writeHead(step.status, { "content-type": "application/json" }).end(step.text);
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
