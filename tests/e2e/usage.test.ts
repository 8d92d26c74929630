/** Wrong usage and missing prerequisites, with the executable and without engines. */

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { identifyProcess } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { executable, run, start, type RunOptions } from "./streamctl.ts";

/** Arguments, exit code, and what standard error must contain. */
const wrong: readonly (readonly [args: readonly string[], exitCode: number, says: string])[] = [
  [[], 2, "error: No command given\nhint: Run: streamctl up"],
  [["-x"], 2, "error: Unknown option -x\nhint: Write options of a command after its name. Run: streamctl --help"],
  [["--timeout", "3s", "up"], 2, "Unknown option --timeout"],
  [["--port-offset"], 2, "Option --port-offset needs a value\nhint: Run: streamctl --help"],
  [["dta"], 2, 'Unknown command "dta"\nhint: Did you mean: streamctl data'],
  [["hlep"], 2, 'Unknown command "hlep"\nhint: Did you mean: streamctl help'],
  [["list"], 2, 'Unknown command "list"\nhint: Run: streamctl --help'],
  [["help", "dta"], 2, 'Unknown command "dta"\nhint: Did you mean: streamctl data'],
  [["help", "up", "down"], 2, 'Unexpected argument "down": help takes one argument\nhint: Run: streamctl help --help'],
  [["up", "--prot-offset", "1"], 2, "Unknown option --prot-offset\nhint: Did you mean --port-offset? Run: streamctl up --help"],
  [["up", "now"], 2, 'Unexpected argument "now": up takes no arguments\nhint: Run: streamctl up --help'],
  [["up", "--timeout"], 2, "Option --timeout needs a value\nhint: Run: streamctl up --help"],
  [["up", "--timeout", "--dry-run"], 2, "Option --timeout needs a value\nhint: Write its value before --dry-run"],
  [["up", "--dry-run=yes"], 2, 'Option --dry-run takes no value, but got "yes"'],
  [["up", "--no-dry-run"], 2, "Unknown option --no-dry-run\nhint: Run: streamctl up --help"],
  [["up", "--runtime", "remote"], 2, "Cannot use --runtime remote: not available in this version"],
  [["up", "--extra-ca", "ca.pem"], 2, "Cannot use --extra-ca with --runtime local: it builds no images"],
  [["up", "--runtime", "docker", "--extra-ca", "nowhere.pem"], 2, 'Cannot use "nowhere.pem" for --extra-ca: no such file'],
  [["up", "--runtime", "remote"], 2, "Cannot use --runtime remote: not available in this version"],
  [
    ["up", "--processor", "ksqldb"],
    1,
    "Cannot use --processor ksqldb: no package registry has ksqlDB, and no source was given\nhint: Use a",
  ],
  [["up", "--ksqldb-url", "x"], 2, 'Cannot use "x" for --ksqldb-url: it is not an HTTP URL'],
  [["up", "--ksqldb-home", "nowhere"], 1, "as ksqlDB: no such folder"],
  [["up", "--ksqldb-home", "nowhere", "--dry-run"], 1, "as ksqlDB: no such folder"],
  [["up", "--ksqldb-url", "http://a", "--ksqldb-home", "b"], 2, "Cannot use both --ksqldb-url and --ksqldb-home"],
  [
    ["up", "--dir", "x"],
    2,
    'Cannot use "x" for --dir: it is not a folder that streamctl eject wrote\nhint: Write a complete set into a new',
  ],
  [["up", "--dir", ""], 2, "Option --dir needs a folder, but its value is empty"],
  [["eject"], 2, "No folder given\nhint: Run: streamctl eject DIR"],
  [["eject", ""], 2, "No folder given\nhint: Run: streamctl eject DIR"],
  [["up", "--processor", "sparc"], 2, 'Cannot use "sparc" for --processor: no such value'],
  [["up", "--with", "consol"], 2, 'Cannot use "consol" for --with: there is no such optional service'],
  [["up", "--only", "beam"], 2, 'Cannot use service "beam": the processor of this stack is flink'],
  [["up", "--without", "kafka"], 2, 'Cannot use "kafka" for --without: it is not optional'],
  [["up", "--with", "a,,b"], 2, 'Cannot use "a,,b" for --with: a name is empty'],
  [["up", "--only", "kafka,pinto"], 2, 'Cannot use service "pinto": there is no such service'],
  [["up", "--timeout", "soon"], 2, 'Cannot use "soon" for --timeout: it is not a duration'],
  [["up", "--port-offset", "56443"], 2, 'Cannot use "56443" for --port-offset: it is above 56442'],
  [["data", "-n", "0"], 2, "-n"],
  [["data", "-n", "-1"], 2, "-n"],
  [["data", "-n", "1e3"], 2, "-n"],
  [["data", "--rate", "0"], 2, "--rate"],
  [["data", "--workers", "0"], 2, "--workers"],
  [["data", "--topic", "a b"], 2, "a b"],
  [["data", "--topic", "."], 2, "."],
  [["query", ""], 2, "The statement is empty"],
  [["query", " ; "], 2, "The statement is empty"],
  [["query", "select 1"], 1, "No stack is running"],
  [
    ["query", "-- a comment\nselect 1"],
    2,
    'hint: To pass it as an argument, put -- before it: streamctl query [options] -- "-- a comment select 1"',
  ],
  [["query", "--", "-- a comment\nselect 1"], 1, "No stack is running"],
  [["query", "-f", "no-such-file"], 2, 'Cannot read "no-such-file"'],
  [["query", "select 1", "-o", "xml"], 2, 'Cannot use "xml" for -o'],
  [["query", "select 1", "--engine", "ksqldb"], 1, "No stack is running"],
  [["query", "select 1", "--engine", "druid"], 2, 'Cannot use "druid" for --engine: not a query engine'],
  [["query", "select 1", "--engine", "spark"], 2, 'Cannot use "spark" for --engine: Spark answers no queries'],
  [["query", "select 1 emit changes", "--engine", "ksqldb", "--watch", "1s"], 2, "Cannot use --watch with EMIT CHANGES"],
  [["verify"], 1, "No stack is running"],
  [["data", "-n", "1"], 1, "streamctl up"],
  [["logs", "kafak"], 2, 'Cannot use service "kafak"'],
  [["logs"], 1, "Cannot show logs"],
];

describe("streamctl", () => {
  for (const [args, exitCode, says] of wrong) {
    test(`${args.map((arg) => (/\s|^$/u.test(arg) ? `"${arg}"` : arg)).join(" ")}: exit ${exitCode}, two lines, no stack trace, no files left`, async () => {
      const cwd = await temporaryFolder();
      const outcome = await run(args, { cwd });
      expect(outcome.stderr).toContain(says);
      expect(outcome.stderr).not.toMatch(/^\s+at /mu);
      expect(outcome.exitCode).toBe(exitCode);
      expect(outcome.stdout).toBe("");
      expect(await readdir(cwd)).toEqual([]);
    });
  }

  test("up refuses a folder that the engines do not support, before it creates anything", async () => {
    const cwd = await temporaryFolder();
    for (const [folder, odd] of [
      ["a folder", " "],
      ["ü", "ü"],
      ["a,b", ","],
      ["100%", "%"],
    ] as const) {
      const { exitCode, stderr } = await run(["up", "--state-dir", folder], { cwd });
      expect(stderr).toContain(`/${folder}": the engines do not support "${odd}" in a path\nhint: Choose another folder`);
      expect(exitCode).toBe(2);
    }
    expect(await readdir(cwd)).toEqual([]);
  });

  test("prints one JSON document for an error with --json, at any position", async () => {
    const cwd = await temporaryFolder();
    for (const args of [
      ["--json", "verify"],
      ["verify", "--json"],
    ]) {
      const { stdout, exitCode } = await run(args, { cwd });
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toEqual({
        error: { code: "not-running", message: expect.stringContaining("No stack is running"), hint: "Run: streamctl up" },
      });
    }
  });

  test("an argument after -- is not an option, even if it looks like one", async () => {
    const { exitCode, stdout, stderr } = await run(["query", "--", "--json"], { cwd: await temporaryFolder() });
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("No stack is running");
  });

  test("status without a stack is a document and exit 1, down without a stack succeeds", async () => {
    const cwd = await temporaryFolder();
    const status = await run(["status", "--json"], { cwd });
    expect([status.exitCode, JSON.parse(status.stdout)]).toEqual([
      1,
      { runtime: "none", processor: "none", services: [], job: null, computation: null, resources: [] },
    ]);
    const down = await run(["down"], { cwd });
    expect([down.exitCode, down.stdout]).toEqual([0, "Nothing was running\n"]);
    expect(await readdir(cwd)).toEqual([]);
  });

  test("--version and --help print to standard output, without colors when it is not a terminal", async () => {
    const version = await run(["--version"]);
    expect([version.exitCode, version.stderr]).toEqual([0, ""]);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
    for (const args of [["--help"], ["data", "--help"], ["--help", "up"], ["query", "-h"], ["help", "up"], ["help"]]) {
      const help = await run(args);
      expect([help.exitCode, help.stderr]).toEqual([0, ""]);
      expect(help.stdout).toContain("USAGE");
      expect(help.stdout).not.toContain("\u{1B}");
    }
  });

  test("does not read .env or bunfig.toml of the working directory", async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, ".env"), "XDG_CACHE_HOME=relative\n");
    await writeFile(join(cwd, "bunfig.toml"), "this is no toml at all [[[\n");
    expect((await run(["--version"], { cwd })).exitCode).toBe(0);
  });

  test("ends quietly when its reader closes the pipe", async () => {
    const running = start(["data", "--dry-run", "-n", "200000", "--seed", "1"]);
    running.child.stdout?.destroy();
    const { exitCode, stderr } = await running.outcome;
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  test("reports that its output cannot be written, and ends", async () => {
    const options = { cwd: await temporaryFolder(), stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"] };
    const child = spawn("sh", ["-c", `"${executable}" status > /dev/full`], options);
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect(stderr).toContain("Cannot write to standard output: ENOSPC");
    expect(exitCode).toBe(1);
  });

  test("logs passes an engine's output unchanged to a program, and without control sequences to a terminal", async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, ".streamctl/log"), { recursive: true });
    const line = "\u{1B}[31mred\u{1B}]0;title\u0007\tend";
    await writeFile(join(cwd, ".streamctl/log/kafka.log"), `${line}\n`);
    expect((await run(["logs", "kafka"], { cwd })).stdout).toBe(`${line}\n`);
    // The terminal that script(1) creates has no columns when it is not called from a terminal.
    const onTerminal = ["/usr/bin/script", "-qec", `'${executable}' logs kafka`, "/dev/null"];
    const { stdout } = await run([], { cwd, program: onTerminal });
    expect(stdout.replaceAll("\r", "")).toBe("\\u001b[31mred\\u001b]0;title\\u0007\tend\n");
  });

  test("query can be interrupted while it reads its statement", async () => {
    const child = spawn(executable, ["query"], { cwd: await temporaryFolder(), stdio: ["pipe", "ignore", "pipe"] });
    const ended = Promise.all([text(child.stderr), once(child, "close")]);
    // Bit 14 of the caught signals is SIGTERM: without the handler, the signal ends the program by default.
    const listens = async () => /SigCgt:\s+\w*[4567cdef]\w{3}$/mu.test(await readFile(`/proc/${child.pid}/status`, "utf8"));
    while (!(await listens())) await Bun.sleep(5);
    child.kill("SIGTERM");
    const [stderr, [exitCode]] = await ended;
    expect([exitCode, stderr]).toEqual([130, "error: Interrupted\n"]);
  });

  test("data --dry-run prints the records of a seed in order of their index, and needs no broker", async () => {
    const args = ["data", "--dry-run", "-n", "3", "--seed", "7", "--start-time", "2026-01-01T00:00:00Z"];
    const first = await run(args);
    const values = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly event_timestamp: string });
    expect(values.map(({ event_timestamp }) => event_timestamp)).toEqual([
      "2026-01-01 00:00:00.000",
      "2026-01-01 00:00:00.010",
      "2026-01-01 00:00:00.020",
    ]);
    expect((await run([...args, "--workers", "3"])).stdout).toBe(first.stdout);
  });
});

/** A disk of one megabyte and a hundred inodes; undefined when this user may not mount. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "streamctl-small-"));
  const mount = Bun.which("mount");
  if (mount !== null && Bun.spawnSync([mount, "-t", "tmpfs", "-o", "size=1m,nr_inodes=100", "tmpfs", folder]).success) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

describe("a machine without a prerequisite", () => {
  /** A PATH with links to these programs only. */
  async function pathWith(...programs: readonly string[]): Promise<string> {
    const folder = await temporaryFolder();
    for (const name of programs) {
      const found = Bun.which(name);
      if (found === null) throw new Error(`${name} is not on this machine`);
      await symlink(found, join(folder, name));
    }
    return folder;
  }

  const withoutHome = { JAVA_HOME: undefined };

  test("up without Java says so and how to install it", async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stderr } = await run(["up"], { cwd, env: { ...withoutHome, PATH: await pathWith("sh") } });
    expect(stderr).toContain('Cannot run "java": it is not installed\nhint: Install a JDK 17 or newer');
    expect(exitCode).toBe(1);
  });

  test("up with an old Java names the one that it found", async () => {
    const cwd = await temporaryFolder();
    const folder = await pathWith("sh");
    await writeFile(join(folder, "java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
    await chmod(join(folder, "java"), 0o755);
    const { exitCode, stderr } = await run(["up"], { cwd, env: { ...withoutHome, PATH: folder } });
    expect(stderr).toContain(`Cannot use "${folder}/java": version 11 is too old, 17 is needed`);
    expect(exitCode).toBe(1);
  });

  test("up without Maven fails with an empty cache, and works with a filled one", async () => {
    const cwd = await temporaryFolder();
    const env = { ...withoutHome, PATH: await pathWith("sh", "java"), STREAMCTL_CACHE_DIR: join(cwd, "cache") };
    const { exitCode, stderr } = await run(["up", "--only", "kafka", "--port-offset", "17000"], { cwd, env });
    expect(stderr).toContain("Cannot download kafka: Maven (mvn) is not on the PATH\nhint: Install Maven");
    expect(exitCode).toBe(1);
  });

  /** Environment and shell limits of a machine, and the check of `doctor` by which `up` refuses it. */
  const unfit: readonly (readonly [
    subject: string,
    what: string,
    limits: string,
    env: (cwd: string) => Promise<NonNullable<RunOptions["env"]>>,
  ])[] = [
    ["limits", "few open files", "ulimit -n 100", async () => ({})],
    ["limits", "little room for addresses", "ulimit -v 3000000", async () => ({})],
    ["java", "a JAVA_HOME that is not there", ":", async () => ({ JAVA_HOME: "nowhere" })],
    ["java", "a JAVA_HOME that is a file", ":", async () => ({ JAVA_HOME: executable })],
    ["engines", "a cache below a file", ":", async (cwd) => ({ STREAMCTL_CACHE_DIR: join(cwd, "file", "cache") })],
    ["engines", "a cache whose path Java cannot read", ":", async (cwd) => ({ STREAMCTL_CACHE_DIR: join(cwd, "a:b") })],
    [
      "maven",
      "no Maven",
      ":",
      async (cwd) => ({ ...withoutHome, PATH: await pathWith("sh", "java"), STREAMCTL_CACHE_DIR: join(cwd, "c") }),
    ],
    ["ksqldb", "no ksqlDB where one was named", ":", async () => ({ STREAMCTL_KSQLDB_HOME: "nowhere" })],
  ];

  test.each(unfit)("up refuses by what doctor says of its %s: %s", async (subject, _, limits, environment) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "file"), "");
    const options = { cwd, env: await environment(cwd), program: ["/bin/sh", "-c", `${limits}; exec "$0" "$@"`, executable] };
    const doctor = await run(["doctor", "--port-offset", "17000", "--json"], options);
    const up = await run(["up", "--port-offset", "17000", "--json"], options);
    const { findings } = JSON.parse(doctor.stdout) as { readonly findings: readonly Readonly<Record<string, string>>[] };
    const first = findings.find(({ verdict }) => verdict === "lacks");
    const { code, found: message, advice: hint } = first ?? {};
    expect({ subject: first?.["subject"], up: JSON.parse(up.stdout) }).toEqual({ subject, up: { error: { code, message, hint } } });
    expect([doctor.exitCode, up.exitCode]).toEqual([1, 1]);
    expect(await readdir(cwd)).not.toContain(".streamctl");
  });

  test("an unknown user must name a folder only for commands that write there", async () => {
    const cwd = await temporaryFolder();
    await chmod(cwd, 0o777);
    const setpriv = Bun.which("setpriv");
    if (process.getuid?.() !== 0 || setpriv === null) {
      process.stderr.write("SKIPPED: a user without a home cannot be tested, because this user may not switch to another one\n");
      return;
    }
    // Other users may not have access to the project's folder.
    await copyFile(executable, join(cwd, "streamctl"));
    await chmod(join(cwd, "streamctl"), 0o755);
    const program = [setpriv, "--reuid", "54321", "--clear-groups", join(cwd, "streamctl")];
    const env = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const stranger = async (...args: readonly string[]) =>
      await run(args, { cwd, env: { ...env, PATH: process.env["PATH"] }, program, timeoutMs: 60_000 });
    const refusal = "Cannot choose a cache folder: user 54321 has no home folder\nhint: Set HOME or XDG_CACHE_HOME to a writable folder";
    expect((await stranger("up", "--port-offset", "17000")).stderr).toContain(refusal);
    expect((await stranger("doctor")).stdout).toContain(refusal.split("\n")[0] ?? "");
    expect((await stranger("up", "--dry-run")).exitCode).toBe(0);
    expect((await stranger("status")).stdout).toBe("Nothing is running\n");
    expect((await stranger("down")).stdout).toBe("Nothing was running\n");
    // The addon uses another folder.
    expect((await stranger("data", "-n", "1", "--brokers", "127.0.0.1:1")).stderr).toContain('no answer from Kafka at "127.0.0.1:1"');
  });

  test("doctor names what is missing and exits 1", async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout } = await run(["doctor", "--json"], {
      cwd,
      env: { ...withoutHome, PATH: await pathWith("sh"), STREAMCTL_CACHE_DIR: join(cwd, "cache") },
    });
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly subject: string; readonly verdict: string }[] };
    const lacking = findings.filter(({ verdict }) => verdict === "lacks").map(({ subject }) => subject);
    expect(lacking).toEqual(expect.arrayContaining(["java", "maven"]));
    expect(exitCode).toBe(1);
  });

  test("up refuses a port in use, naming port, process and option", async () => {
    const cwd = await temporaryFolder();
    // Below the ephemeral range, so that the other ports are free.
    const offset = 16_000;
    const server = Bun.listen({ hostname: "127.0.0.1", port: 9092 + offset, socket: { data() {} } });
    const { exitCode, stderr } = await run(["up", "--only", "kafka", "--port-offset", String(offset)], { cwd });
    server.stop();
    expect(stderr).toContain(`Cannot start "kafka": port ${server.port} (Kafka) is in use: process ${process.pid}`);
    expect(stderr).toContain("--port-offset");
    expect(exitCode).toBe(1);
    await run(["down", "--volumes"], { cwd });
  });

  test("up with too little space for the cache says how much it needs", async () => {
    const cwd = await temporaryFolder();
    const disk = mountSmallDisk();
    if (disk === undefined) {
      process.stderr.write("SKIPPED: a full disk cannot be tested, because this user may not mount one\n");
      return;
    }
    try {
      const env = { STREAMCTL_CACHE_DIR: join(disk, "cache") };
      const { exitCode, stderr } = await run(["up", "--only", "kafka", "--port-offset", "17000"], { cwd, env });
      expect(stderr).toMatch(/Not enough space on the disk of the cache ".*": \d+ MB are needed\nhint: Free some space/u);
      expect(exitCode).toBe(1);
      expect(await readdir(cwd)).toEqual([]);
    } finally {
      Bun.spawnSync(["umount", disk]);
      rmSync(disk, { recursive: true });
    }
  });

  // The lock of a state folder is an empty file.
  test.each([
    ["no byte can be written any more", 0, ""],
    ["no file can be created", 100, "The disk of the state folder is full"],
  ])("down --volumes stops the services and leaves nothing when %s", async (_, names, said) => {
    const disk = mountSmallDisk();
    if (disk === undefined) {
      process.stderr.write("SKIPPED: a full disk cannot be tested, because this user may not mount one\n");
      return;
    }
    const service = Bun.spawn(["sleep", "600"]);
    try {
      const identity = await identifyProcess(service.pid);
      const record = { name: "kafka", identity, definitionHash: "", endpoint: "", startedAtMs: 0 };
      const choices = { runtime: "local", processor: "flink", why: "", portOffset: 0 };
      await mkdir(join(disk, ".streamctl/data"), { recursive: true });
      await writeFile(join(disk, ".streamctl/run.json"), JSON.stringify({ version: 1, choices, services: [record] }));
      Bun.spawnSync(["dd", "if=/dev/zero", `of=${join(disk, ".streamctl/data/segment")}`]);
      for (let name = 0; name < names; name += 1) await writeFile(join(disk, `.streamctl/data/${name}`), "").catch(() => {});
      const { exitCode, stdout, stderr } = await run(["down", "--volumes"], { cwd: disk });
      expect(stderr).toContain(said);
      expect([exitCode, stdout]).toEqual([0, "Stopped kafka; data, logs and state are deleted\n"]);
      expect(await service.exited).not.toBe(0);
      expect(await readdir(disk)).toEqual([]);
    } finally {
      service.kill();
      Bun.spawnSync(["umount", disk]);
      rmSync(disk, { recursive: true });
    }
  });

  test("warns once about credentials sent unencrypted to another host, and does not print them", async () => {
    const env = { STREAMCTL_KSQLDB_CREDENTIALS: "user:top-secret" };
    const flags = ["--port-offset", "21200", "--state-dir", join(await temporaryFolder(), "state")];
    const { stdout, stderr } = await run(["up", "--dry-run", "--ksqldb-url", "http://ksql.invalid:8088", ...flags], { env });
    expect(stderr.match(/STREAMCTL_KSQLDB_CREDENTIALS is sent unencrypted to ksql\.invalid:8088/gu)).toHaveLength(1);
    expect(stdout + stderr).not.toContain("top-secret");
  });

  test("up repairs a cache with a missing jar", async () => {
    const cwd = await temporaryFolder();
    const cache = join(cwd, "cache");
    const home = join(cache, "engines");
    const env = { STREAMCTL_CACHE_DIR: cache };
    const args = ["up", "--only", "kafka", "--port-offset", "18000"];
    await mkdir(join(cache, ".draft-kafka-1"), { recursive: true });
    expect((await run(args, { cwd, env })).exitCode).toBe(0);
    expect((await run(["down", "--volumes"], { cwd, env })).exitCode).toBe(0);
    const [engine = ""] = await readdir(home);
    const jars = await readdir(join(home, engine, "lib"));
    const victim = jars.find((name) => name.startsWith("kafka-clients")) ?? "";
    await writeFile(join(home, engine, "lib", victim), "half a jar");
    const healed = await run(args, { cwd, env });
    expect(healed.stderr).toContain(`Kafka 4.3.1 in the cache is incomplete (${victim} is missing or damaged): downloading it again`);
    expect(healed.exitCode).toBe(0);
    expect((await readdir(cache)).filter((name) => name.startsWith(".draft"))).toEqual([]);
    expect((await run(["down", "--volumes"], { cwd, env })).exitCode).toBe(0);
    await writeFile(join(home, engine, "manifest.json"), '{"lib/');
    const doctor = JSON.parse((await run(["doctor", "--json"], { cwd, env })).stdout) as {
      readonly findings: readonly Record<string, string>[];
    };
    expect(doctor.findings.find(({ subject }) => subject === "engines")?.["found"]).toContain(
      "Maven will download kafka, pinot, flink into",
    );
  });
});
