/**
 * The contract of runtimes, on real engines: up, data, verify, query, a killed engine, down. One stack for the suite. Signals are sent to
 * the pid that status shows, so a container engine must run on this machine, and this user must be allowed to signal its processes.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identifyProcess } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { openPorts } from "./open-ports.ts";
import { Stack } from "./streamctl.ts";

export interface RuntimeUnderTest {
  readonly runtime: "local" | "docker";
  readonly portOffset: number;
  /** Arguments of `up` besides the runtime. */
  readonly args?: readonly string[];
  /** Changes made by hand while the stack is down, which the next `up` must repair. */
  readonly whileDown?: (stack: Stack) => Promise<void>;
}

/**
 * With any of these an engine would not start, or would compute other windows. LC_ALL has no effect on a machine without a Turkish locale.
 */
const foreignSettings = {
  JAVA_TOOL_OPTIONS: "-agentlib:no-such-agent",
  JDK_JAVA_OPTIONS: "--no-such-option",
  _JAVA_OPTIONS: "-Xmx1m",
  CLASSPATH: "/no/such/folder",
  MAVEN_OPTS: "-agentlib:no-such-agent",
  FLINK_PLUGINS_DIR: "/no/such/folder",
  PINOT_CONTROLLER_PORT: "1",
  LC_ALL: "tr_TR.UTF-8",
  TZ: "Asia/Kolkata",
};

export function runtimeContract({ runtime, portOffset, args = [], whileDown }: RuntimeUnderTest): void {
  let stack: Stack;
  const other = runtime === "local" ? "docker" : "local";

  beforeAll(async () => {
    stack = await Stack.create(portOffset);
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  test("up starts, awaits and provisions everything, despite the caller's settings for other Java programs", async () => {
    // The first up on a machine builds images.
    const options = { env: foreignSettings, timeoutMs: 900_000 };
    const report = await stack.json(["up", "--port-offset", String(portOffset), "--runtime", runtime, ...args], options);
    expect(report).toMatchObject({ runtime, processor: "flink" });
    expect(report.services.map(({ name, operation }: Record<string, string>) => [name, operation])).toEqual([
      ["kafka", "start"],
      ["zookeeper", "start"],
      ["pinot", "start"],
      ["flink", "start"],
      ["console", "start"],
    ]);
    expect(report.changes.map(({ kind, name, result }: Record<string, string>) => [kind, name, result])).toEqual([
      ["topic", "transactions", "created"],
      ["topic", "window_transactions", "created"],
      ["job", "streamctl-window_transactions", "created"],
      ["schema", "transaction_window", "created"],
      ["table", "transaction_window", "created"],
    ]);
    expect(report.endpoints.kafka).toBe(stack.brokers);
  });

  // Containers listen on all their addresses; compose decides which ports are published.
  if (runtime === "local") {
    test("only Pinot's query port listens beyond loopback", async () => {
      const { services } = await stack.json(["status"]);
      const open = await Promise.all(services.map(({ pid }: Record<string, number>) => openPorts(pid ?? 0)));
      expect(open.flat()).toEqual([8098 + stack.offset]);
    });
  }

  test("a second up changes nothing, and its dry run says so", async () => {
    const { plan } = await stack.json(["up", "--dry-run"]);
    expect(plan.filter(({ operation }: Record<string, string>) => !["keep", "unchanged"].includes(operation ?? ""))).toEqual([]);
    const report = await stack.json(["up"]);
    expect(new Set(report.services.map(({ operation }: Record<string, string>) => operation))).toEqual(new Set(["keep"]));
    expect(new Set(report.changes.map(({ result }: Record<string, string>) => result))).toEqual(new Set(["unchanged"]));
  });

  test("a flag that contradicts the stack is refused until down", async () => {
    const { exitCode, stderr } = await stack.run(["up", "--port-offset", "1"]);
    expect(stderr).toContain(`Cannot change --port-offset: the stack is up with ${stack.offset}`);
    expect(exitCode).toBe(2);
    const changed = await stack.run(["up", "--runtime", other]);
    expect(changed.stderr).toBe(
      `error: Cannot change --runtime: the stack is up with ${runtime}\nhint: Omit the option, or first run: streamctl down\n`,
    );
    expect(changed.exitCode).toBe(2);
    for (const command of ["status", "down", "verify"]) expect((await stack.run([command, "--port-offset", "1"])).exitCode).toBe(2);
  });

  test("verify of an empty topic proves nothing", async () => {
    const { exitCode, stdout } = await stack.run(["verify", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ records: 0, windows: 0, matched: 0 });
    expect(exitCode).toBe(1);
  });

  let delivered = 0;

  for (const [seed, codec, pace] of [
    [1, "none", ["--rate", "10000"]],
    [2, "zstd", ["--start-time", "2019-05-06T07:08:09Z", "--spacing", "1500ms", "--workers", "2"]],
    [3, "snappy", ["--start-time", "2031-01-01T00:00:00Z", "--spacing", "1ms", "--users", "random"]],
    [6, "lz4", ["--start-time", "2032-01-01T00:00:00Z", "--spacing", "1ms"]],
    [7, "gzip", ["--start-time", "2033-01-01T00:00:00Z", "--spacing", "1ms"]],
  ] as const) {
    test(`20,000 transactions of seed ${seed}, compressed with ${codec} (${pace.join(" ")}), are exact in Pinot`, async () => {
      const kafkaConfig = join(stack.folder, "client.properties");
      await writeFile(kafkaConfig, `compression.type=${codec}\n`);
      const summary = await stack.json(["data", "-n", "20000", "--seed", String(seed), "--kafka-config", kafkaConfig, ...pace]);
      await rm(kafkaConfig);
      expect(summary).toMatchObject({ requested: 20_000, accepted: 20_000, delivered: 20_000, failed: 0, unresolved: 0, errors: [], seed });
      delivered += 20_000;
      const report = await stack.json(["verify", "--wait", "120s", "--strict"]);
      expect(report).toMatchObject({ records: delivered, invalid: 0, foreign: 0, mismatched: [], extra: [] });
      expect(report.sent).toMatchObject({ delivered, unresolved: 0 });
      expect(report.matched).toBe(report.windows);
      expect(report.windows).toBeGreaterThan(0);
    });
  }

  // In a container /tmp is mounted with noexec: there the codecs prove the same, and process 1 is not the JVM.
  if (runtime === "local") {
    test("the engines unpack and load native libraries in their data folders, where execution is allowed", async () => {
      const pids = (await stack.services()).map(({ pid }) => pid);
      const maps = await Promise.all(pids.map(async (pid) => await readFile(`/proc/${pid}/maps`, "utf8")));
      const libraries = maps.flatMap((text) => text.match(/\/\S*(?:snappy|lz4|zstd|netty|rocksdb)\S*/gu) ?? []);
      expect(libraries.some((path) => path.includes("snappy"))).toBe(true);
      expect(libraries.filter((path) => !/\/data\/(?:\w+\/)?tmp\//u.test(path))).toEqual([]);
    });
  } else {
    test("each JVM maps the class-data archive of its image", async () => {
      const services = (await stack.services()).filter(({ name }) => name !== "console");
      const archives = await Promise.all(
        services.map(async ({ pid }) => {
          // The first process of a container is its init.
          const jvm = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim();
          return /\/engine\/archives\/(\w+)\.jsa/u.exec(await readFile(`/proc/${jvm}/maps`, "utf8"))?.[1];
        }),
      );
      expect(archives).toEqual(services.map(({ name }) => name));
    });
  }

  test("query prints table, JSON, CSV and NDJSON, and the sums equal those of the topic", async () => {
    const sql = "select sum(TOTAL_TRANSACTIONS) as n, sum(TOTAL_PAID) as paid from transaction_window";
    const { paidRecords } = await stack.json(["verify"]);
    const answer = await stack.json(["query", sql]);
    expect(answer.columns.map(({ name }: Record<string, string>) => name)).toEqual(["n", "paid"]);
    expect(answer.rows[0][0]).toBe(paidRecords);
    const csv = await stack.run(["query", sql, "-o", "csv"]);
    expect(csv.stdout.split(/\r?\n/u)[0]).toBe("n,paid");
    const ndjson = await stack.run(["query", "-o", "ndjson"], { input: "select WINDOW_START from transaction_window limit 3;" });
    expect(
      ndjson.stdout
        .trim()
        .split("\n")
        .map((line) => Object.keys(JSON.parse(line))),
    ).toEqual([["WINDOW_START"], ["WINDOW_START"], ["WINDOW_START"]]);
    const table = await stack.run(["query", "select WINDOW_START from transaction_window"]);
    expect(table.stderr).toContain("10 rows");
    expect(table.exitCode).toBe(0);
  });

  test("query considers all groups: HAVING is exact with more groups than Pinot keeps by default", async () => {
    const raw = await stack.json(["query", "select WINDOW_START, TOTAL_PAID from transaction_window limit 100000"]);
    const rows: readonly (readonly number[])[] = raw.rows;
    expect(rows.length).toBeGreaterThan(6000);
    const expected = rows
      .filter(([, paid = 0]) => paid < 50)
      .toSorted(([startA = 0, paidA = 0], [startB = 0, paidB = 0]) => paidB - paidA || startA - startB);
    const answer = await stack.json([
      "query",
      "select WINDOW_START, sum(TOTAL_PAID) from transaction_window group by WINDOW_START " +
        "having sum(TOTAL_PAID) < 50 order by sum(TOTAL_PAID) desc, WINDOW_START limit 12 offset 3",
    ]);
    expect([answer.rows, answer.warnings]).toEqual([expected.slice(3, 15), []]);
  });

  test("query shows Pinot's error in one line", async () => {
    for (const [sql, says] of [
      ["selec 1", "Cannot query Pinot"],
      ["select nope from transaction_window", "nope"],
      ["select * from no_such_table", "no such table"],
    ] as const) {
      const { exitCode, stderr } = await stack.run(["query", sql]);
      expect(stderr).toContain(says);
      expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
      expect(exitCode).toBe(1);
    }
  });

  test("status shows every service as healthy, with less than 1.5 GB of memory in total", async () => {
    // A proxy in the environment is not used for local services.
    const proxy = "http://127.0.0.1:1";
    const report = await stack.json(["status"], {
      env: { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: undefined, no_proxy: undefined },
    });
    expect(report.services.map(({ name, state }: Record<string, string>) => [name, state])).toEqual([
      ["kafka", "healthy"],
      ["zookeeper", "healthy"],
      ["pinot", "healthy"],
      ["flink", "healthy"],
      ["console", "healthy"],
    ]);
    const total = report.services.reduce((sum: number, { rssBytes }: { readonly rssBytes: number }) => sum + rssBytes, 0);
    expect(total).toBeLessThan(1.5 * 2 ** 30);
  });

  test("a killed Flink is restarted, resumes, and everything stays exact", async () => {
    await stack.kill("flink");
    const stopped = async (): Promise<true | undefined> => {
      const { exitCode, stdout } = await stack.run(["status"]);
      expect(exitCode).toBe(1);
      return /flink\s+stopped/u.test(stdout) ? true : undefined;
    };
    await pollUntil(stopped, { timeoutMs: 30_000, what: "Flink to be seen as stopped" });
    const { stdout, stderr, exitCode } = await stack.run(["up", "--json"]);
    expect(stderr).toContain("Restarting flink: process");
    expect(exitCode).toBe(0);
    const job = JSON.parse(stdout).changes.find(({ kind }: Record<string, string>) => kind === "job");
    expect(job).toMatchObject({ result: "created", cause: "it is no longer running" });
    await stack.json(["data", "-n", "5000", "--rate", "max", "--seed", "4"]);
    const report = await stack.json(["verify", "--wait", "120s", "--strict"]);
    expect(report).toMatchObject({ records: delivered + 5000, mismatched: [], extra: [] });
  });

  test("a cancelled job is not healthy; up resumes it and everything stays exact", async () => {
    const rest = `http://127.0.0.1:${8081 + stack.offset}`;
    const { jobs } = (await (await fetch(`${rest}/jobs`)).json()) as {
      readonly jobs: readonly { readonly id: string; readonly status: string }[];
    };
    const running = jobs.find(({ status }) => status === "RUNNING");
    await fetch(`${rest}/jobs/${running?.id}`, { method: "PATCH" });
    const ended = async (): Promise<true | undefined> => {
      const { exitCode, stdout } = await stack.run(["status", "--json"]);
      return exitCode === 1 && JSON.parse(stdout).job.detail.startsWith("no job") ? true : undefined;
    };
    await pollUntil(ended, { timeoutMs: 30_000, what: "the job to end" });
    await stack.json(["data", "-n", "100", "--rate", "max", "--seed", "6"]);
    const { exitCode, stdout } = await stack.run(["verify", "--json"]);
    expect([exitCode, JSON.parse(stdout).reasons.at(-1)]).toEqual([1, expect.stringContaining("the last one is CANCELED")]);
    const { changes } = await stack.json(["up"]);
    expect(changes.find(({ kind }: Record<string, string>) => kind === "job")).toMatchObject({ result: "created" });
    await stack.json(["data", "-n", "5000", "--rate", "max", "--seed", "5"]);
    await stack.json(["verify", "--wait", "120s", "--strict"]);
    const status = await stack.json(["status"]);
    expect(status.resources).toMatchObject([
      { kind: "topic", name: "transactions", state: "healthy", detail: "3 partitions" },
      { kind: "topic", name: "window_transactions", state: "healthy", detail: "1 partition" },
      { kind: "job", name: "streamctl-window_transactions", state: "healthy", detail: "RUNNING, 7 of 7 tasks" },
      { kind: "table", name: "transaction_window", state: "healthy", detail: expect.stringMatching(/^1 segment served, [\d,]+ rows?$/u) },
    ]);
  });

  // chaos.test.ts has the same for local processes.
  if (runtime === "docker") {
    test("chaos pauses, restarts and kills containers, and everything stays exact", async () => {
      const report = await stack.json(["chaos", "--rounds", "3", "--seed", "16"], { timeoutMs: 600_000 });
      const faults = report.rounds.flatMap((round: { readonly faults: readonly Record<string, string>[] }) => round.faults);
      expect(faults.map(({ kind, service }: Record<string, string>) => `${kind} ${service}`)).toEqual([
        "freeze pinot",
        "restart kafka",
        "kill flink",
        "restart zookeeper",
      ]);
      expect(report).toMatchObject({ exact: 3, ok: true });
    });
  }

  test("a statement that Flink cannot run is refused with its file, also by a dry run, and the job continues", async () => {
    const folder = await stack.edited("flink/03-window-income.sql", "SUM(total_paid)", "SUMM(total_paid)");
    for (const dry of [["--dry-run"], []]) {
      const { exitCode, stderr } = await stack.run(["up", "--dir", folder, ...dry]);
      expect(stderr).toContain('Cannot run "flink/03-window-income.sql:6": No match found for function signature SUMM(<NUMERIC>)');
      expect(exitCode).toBe(1);
    }
    const { changes } = await stack.json(["up"]);
    expect(new Set(changes.map(({ result }: Record<string, string>) => result))).toEqual(new Set(["unchanged"]));
    await rm(folder, { recursive: true });
  });

  test("Flink's dashboard answers, and can neither submit nor cancel jobs", async () => {
    const rest = `http://127.0.0.1:${8081 + stack.offset}`;
    expect(await (await fetch(rest)).text()).toContain("<title>Apache Flink Web Dashboard</title>");
    const { features } = (await (await fetch(`${rest}/config`)).json()) as { readonly features: unknown };
    expect(features).toMatchObject({ "web-submit": false, "web-cancel": false, "web-rescale": false });
    expect((await fetch(`${rest}/jars`)).status).toBe(404);
  });

  test("logs shows the log of a service", async () => {
    const { exitCode, stdout } = await stack.run(["logs", "kafka", "-n", "5"]);
    expect([exitCode, stdout.trim().split("\n").length]).toEqual([0, 5]);
  });

  test("down stops everything and keeps the data; up restarts it from a renamed folder, on other ports", async () => {
    const pids = (await stack.services()).map(({ pid }) => pid);
    const down = await stack.json(["down"]);
    expect(down.stopped.toSorted()).toEqual(["console", "flink", "kafka", "pinot", "zookeeper"]);
    for (const pid of pids) expect(await identifyProcess(pid)).toBeUndefined();
    expect((await stack.run(["query", "select 1 from transaction_window"])).exitCode).toBe(1);
    if (whileDown) {
      await whileDown(stack);
      const { changes } = await stack.json(["up"]);
      expect(changes.every(({ kind, result }: Record<string, string>) => kind === "job" || result === "unchanged")).toBe(true);
      await stack.json(["down"]);
    }
    await stack.renameState("renamed");
    const report = await stack.json(["up", "--port-offset", String(stack.offset + 50)]);
    expect(report.changes.map(({ kind, result, cause }: Record<string, string>) => [kind, result, cause])).toEqual([
      ["topic", "unchanged", expect.anything()],
      ["topic", "unchanged", expect.anything()],
      ["job", "created", "it is no longer running"],
      ["schema", "unchanged", expect.anything()],
      ["table", "unchanged", expect.anything()],
    ]);
    await stack.json(["data", "-n", "5000", "--rate", "max", "--seed", "6"]);
    await stack.json(["verify", "--wait", "120s", "--strict"]);
  });

  test("windows that Flink compresses with zstd are exact in Pinot", async () => {
    const format = "'key.format' = 'json'";
    const compressed = `'properties.compression.type' = 'zstd',\n  ${format}`;
    const folder = await stack.edited("flink/02-window_transactions.sql", format, compressed);
    const { changes } = await stack.json(["up", "--dir", folder]);
    expect(changes.find(({ kind }: Record<string, string>) => kind === "job")).toMatchObject({ result: "replaced" });
    await stack.json(["verify", "--wait", "120s", "--strict"]);
    await rm(folder, { recursive: true });
  });

  test("down --volumes leaves nothing", async () => {
    await stack.json(["down", "--volumes"]);
    expect(await readdir(stack.folder)).toEqual([]);
  });
}
