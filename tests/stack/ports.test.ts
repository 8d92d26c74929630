import { describe, expect, test } from "bun:test";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { requireFreePorts, takenPorts } from "../../src/stack/ports.ts";

async function listen(host: string, port = 0): Promise<Server> {
  const server = createServer().listen({ port, host, exclusive: true, ipv6Only: host === "::1" });
  await once(server, "listening");
  return server;
}

function portOf(end: Server | Socket): number {
  return (end.address() as AddressInfo).port;
}

async function holderOf(port: number): Promise<string | undefined> {
  return (await takenPorts([{ name: "kafka", ports: [{ name: "Kafka", port, inside: port }] }]))[0]?.holder;
}

describe("takenPorts()", () => {
  test.each(["127.0.0.1", "0.0.0.0", "127.0.0.5", "::1", "::"])(
    "names the process that listens on %s, and none after it has ended",
    async (host) => {
      const server = await listen(host);
      const port = portOf(server);
      expect(await holderOf(port)).toMatch(new RegExp(`^process ${process.pid} \\(.+\\) is listening on it$`, "u"));
      server.close();
      await once(server, "close");
      expect(await holderOf(port)).toBeUndefined();
    },
  );

  test("distinguishes listeners, open connections and closed ones", async () => {
    const server = await listen("127.0.0.1");
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const client = connect(portOf(server), "127.0.0.1");
    await once(client, "connect");
    const port = portOf(client);
    const [peer] = await accepted;
    expect(await holderOf(port)).toMatch(new RegExp(`^a connection of process ${process.pid} \\(.+\\) is using it$`, "u"));
    // The side that closes first keeps the port.
    const closed = Promise.all([once(client, "close"), once(peer, "close")]);
    client.end();
    await once(peer.resume(), "end");
    peer.end();
    client.resume();
    await closed;
    expect(await holderOf(port)).toBe("a closed connection keeps it for up to a minute (TIME_WAIT)");
    server.close();
    const ports = [{ name: "Kafka", port, inside: port }];
    expect(requireFreePorts({ name: "kafka", ports })).rejects.toMatchObject({
      code: "port-taken",
      message: `Cannot start "kafka": port ${port} (Kafka) is in use: a closed connection keeps it for up to a minute (TIME_WAIT)`,
      hint: "Wait a minute, or choose other ports: streamctl up --port-offset 1000",
    });
  });
});
