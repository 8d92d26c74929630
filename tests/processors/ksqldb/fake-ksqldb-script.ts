/** A fake ksqlDB without logic: it returns prepared answers in order, one per request. */

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { recordedExchange } from "../recordings.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** What happens after the text: the response ends (the default), it stays open, or the connection breaks. */
  readonly after?: "silence" | "break";
}

/** An answer, or a connection that breaks before the answer. */
export type Step = Answer | "reset";

export interface ScriptedKsqldb extends AsyncDisposable {
  readonly url: string;
  /** Such as `POST /ksql`, in order. */
  readonly requests: readonly string[];
}

/** The recorded answer of a file, without its ending: `147-terminate-lowercase`. */
export function recorded(name: string): Answer {
  const { status, text: body } = recordedExchange(`ksqldb-0.29.0/${name}.http`);
  return { status, text: body };
}

/** The recorded answer of a server that is starting. */
export const starting: Answer = {
  status: 503,
  text: '{"@type":"generic_error","error_code":50302,"message":"KSQL is not yet ready to serve requests."}',
};

/** @param steps the last one is repeated */
export async function startScriptedKsqldb(steps: readonly Step[]): Promise<ScriptedKsqldb> {
  const requests: string[] = [];
  const { url, close } = await listen((path, _, method) => {
    const step = steps[Math.min(requests.length, steps.length - 1)] ?? "reset";
    requests.push(`${method} ${path}`);
    return step === "reset" ? undefined : step;
  });
  return { url, requests, [Symbol.asyncDispose]: close };
}

/** A server on a port of its own. @param answer undefined breaks the connection */
export async function listen(
  answer: (path: string, body: string, method: string, headers: IncomingHttpHeaders) => Answer | undefined,
  onGone: () => void = () => {},
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const given = answer(decodeURI(request.url ?? ""), await text(request), request.method ?? "", request.headers);
    if (given === undefined) request.socket.destroy();
    else if (given.after === undefined) response.writeHead(given.status, { "content-type": "application/json" }).end(given.text);
    else {
      response.writeHead(given.status).write(`${given.text}\n`);
      response.socket?.once("close", onGone);
      // The text must arrive before the connection breaks.
      if (given.after === "break") setTimeout(() => request.socket.destroy(), 50);
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
