/**
 * A separate Kafka broker with the same definition and runtime as in a stack, in its own folder, for tests
 * that break it. `end` removes process and folder; a failed start cleans up by itself.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../src/core/cache-folder.ts";
import { silentLog } from "../../src/core/log.ts";
import { isRunning, signalProcess, type ProcessIdentity } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { createTopic, fetchMetadata } from "../../src/kafka/admin.ts";
import { localRuntime, type LocalRuntime } from "../../src/stack/local/runtime.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import type { ServiceDefinition } from "../../src/stack/service.ts";
import { kafkaService } from "../../src/stack/services/kafka.ts";
import { networkLayout } from "../../src/stack/network-layout.ts";
import { defineService } from "../../src/stack/service-type.ts";

type SecurityProtocol = "SSL" | "SASL_SSL" | "SASL_PLAINTEXT";

export interface BrokerOptions {
  /** Listeners besides the plain one, one per protocol. */
  readonly listeners?: readonly SecurityProtocol[];
  /** Lines added to the stack's server.properties. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Additional arguments for the tool that formats the data folder, such as `--add-scram`. */
  readonly formatArgs?: readonly string[];
}

export class Broker {
  /** Address of the plain listener, for `--brokers`. */
  readonly address: string;
  readonly #folder: string;
  readonly #runtime: LocalRuntime;
  readonly #definition: ServiceDefinition;
  readonly #ports: ReadonlyMap<string, number>;
  #process: ProcessIdentity | undefined;

  private constructor(folder: string, definition: ServiceDefinition, ports: ReadonlyMap<string, number>) {
    this.#folder = folder;
    this.#definition = definition;
    this.#ports = ports;
    this.#runtime = localRuntime({ folder: stateFolder(folder), stackId: "broker", cacheDir: cacheFolder, log: silentLog });
    this.address = this.addressOf("PLAINTEXT");
  }

  /** Resolves when the broker answers. */
  static async start(options: BrokerOptions = {}): Promise<Broker> {
    const names = ["PLAINTEXT", "CONTROLLER", ...(options.listeners ?? [])];
    const free = await freePorts(names.length);
    const ports = new Map(names.map((name, index) => [name, free[index] ?? 0]));
    const broker = new Broker(await mkdtemp(join(tmpdir(), "streamctl-broker-")), definitionOf(ports, options), ports);
    try {
      await broker.#runtime.prepare([broker.#definition]);
      await broker.restart();
    } catch (error) {
      await broker.end();
      throw error;
    }
    return broker;
  }

  addressOf(listener: SecurityProtocol | "PLAINTEXT"): string {
    const port = this.#ports.get(listener);
    if (port === undefined) throw new Error(`the broker has no listener ${listener}`);
    return `127.0.0.1:${port}`;
  }

  /** Starts the process on the existing data. Resolves when it answers. */
  async restart(): Promise<void> {
    this.#process = await this.#runtime.start(this.#definition);
    await this.ready();
  }

  /** Resolves when the broker answers; rejects with its log when it does not. */
  async ready(): Promise<void> {
    const answers = async (): Promise<true | undefined> => {
      if (!(await isRunning(this.#running))) throw new Error("the broker has ended");
      const metadata = await fetchMetadata({ brokers: this.address, timeoutMs: 1000 }).catch(() => undefined);
      return metadata !== undefined && metadata.brokers.length > 0 ? true : undefined;
    };
    try {
      await pollUntil(answers, { timeoutMs: 120_000, what: "the broker" });
    } catch (error) {
      throw new Error(((await this.#runtime.tailLog("kafka", 30)) ?? []).join("\n"), { cause: error });
    }
  }

  async createTopic(topic: string, partitions = 3): Promise<void> {
    await createTopic({ brokers: this.address, topic, partitions, timeoutMs: 30_000 });
  }

  /** Freezes the process: its sockets stay open, but it does not answer. */
  async pause(): Promise<void> {
    await this.#signal("SIGSTOP");
  }

  async resume(): Promise<void> {
    await this.#signal("SIGCONT");
  }

  /** Kills the process. What it had acknowledged is in the page cache, which outlives it. */
  async kill(): Promise<void> {
    const process = this.#running;
    await this.#signal("SIGKILL");
    await pollUntil(async () => ((await isRunning(process)) ? undefined : true), { timeoutMs: 30_000, what: "the broker's end" });
    this.#process = undefined;
  }

  /** Removes the process and the folder. */
  async end(): Promise<void> {
    if (this.#process !== undefined && (await isRunning(this.#process))) await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #running(): ProcessIdentity {
    if (this.#process === undefined) throw new Error("the broker does not run");
    return this.#process;
  }

  async #signal(name: NodeJS.Signals): Promise<void> {
    if (!(await signalProcess(this.#running, name))) throw new Error(`no broker is there for ${name}`);
  }
}

function definitionOf(ports: ReadonlyMap<string, number>, { properties = {}, formatArgs = [] }: BrokerOptions): ServiceDefinition {
  const { PLAINTEXT: kafka = 0, CONTROLLER: kafkaController = 0 } = Object.fromEntries(ports);
  const portOf = (name: string): number => (name === "kafkaController" ? kafkaController : kafka);
  const layout = networkLayout([kafkaService], "local", 0);
  const base = defineService(kafkaService, { ...layout, port: portOf, inside: portOf, brokers: `127.0.0.1:${kafka}` });
  const { process: program } = base;
  if (program.kind !== "jvm") throw new Error("Kafka is a JVM");
  const { prepare } = program;
  const listeners = [...ports].map(([name, port]) => `${name}://127.0.0.1:${port}`);
  const protocols = [...ports.keys()].map((name) => `${name}:${name === "CONTROLLER" ? "PLAINTEXT" : name}`);
  const overrides = {
    listeners: listeners.join(","),
    "advertised.listeners": listeners.filter((listener) => !listener.startsWith("CONTROLLER")).join(","),
    "listener.security.protocol.map": protocols.join(","),
    ...properties,
  };
  return {
    ...base,
    ports: [...ports].map(([name, port]) => ({ name, port, inside: port })),
    process: {
      ...program,
      args: [...program.args, ...Object.entries(overrides).flatMap(([name, value]) => ["--override", `${name}=${value}`])],
      ...(prepare ? { prepare: { ...prepare, args: [...prepare.args, ...formatArgs] } } : {}),
    },
  };
}

/**
 * Free ports below the ephemeral range: a client that retries a closed port of
 * that range would eventually connect to itself, and the broker could not restart.
 */
async function freePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  const first = 31_000 + (process.pid % 900);
  for (let port = first; found.length < count && port < first + 100; port += 1) if (await isFree(port)) found.push(port);
  if (found.length < count) throw new Error(`no ${count} ports are free from ${first} on`);
  return found;
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  return promise;
}
