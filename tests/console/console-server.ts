/** A server of the console with a route of the test's own, and requests that a browser would not send. */

import { onTestFinished } from "bun:test";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type Route, startServer } from "../../src/console/http-server.ts";

export interface TestServer {
  readonly port: number;
  readonly url: string;
  /** Ends the signal of the server, as when the console stops. */
  readonly stop: () => void;
  /** What the server sends until it closes the connection. @param lines of the head of a request, without that of the host */
  readonly send: (...lines: readonly string[]) => Promise<RawResponse>;
  /** A connection, closed at the end of the test. */
  readonly connect: () => Promise<Socket>;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Starts a server, which is closed at the end of the test. */
export async function serve(route: Route): Promise<TestServer> {
  const stopped = new AbortController();
  const server = await startServer(0, route, stopped.signal);
  onTestFinished(() => {
    stopped.abort();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () => stopped.abort(),
    connect: open,
    send: async (...lines) => {
      const socket = await open();
      let text = "";
      socket.setEncoding("utf8").on("data", (part: string) => void (text += part));
      const ended = new Promise<void>((resolve) => void socket.once("close", resolve).once("error", () => resolve()));
      socket.write([...lines, "Connection: close", "", ""].join("\r\n"));
      await ended;
      return parse(text);
    },
  };
}

function parse(text: string): RawResponse {
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => [line.split(":", 1)[0]?.toLowerCase() ?? "", line.slice(line.indexOf(":") + 1).trim()] as const);
  return { status: Number(/^HTTP\/1\.1 (\d+)/u.exec(first)?.[1]), headers: Object.fromEntries(headers), body: body.join("\r\n\r\n") };
}
