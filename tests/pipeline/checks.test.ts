import { describe, expect, test } from "bun:test";
import { StreamctlError } from "../../src/core/errors.ts";
import { runChecks, requireChecks } from "../../src/pipeline/checks.ts";
import type { EnvironmentFacts, Machine } from "../../src/pipeline/machine.ts";

/** A FAKE machine that meets all requirements of `up`. */
const fit: Machine = {
  runtime: "local",
  portOffset: 0,
  starts: true,
  stateFolder: { path: "/home/ada/.streamctl", obstacle: undefined, freeBytes: 50e9, executes: true },
  limits: { openFiles: 20_000, processes: 90_000, addressSpaceBytes: Number.POSITIVE_INFINITY, fileBytes: Number.POSITIVE_INFINITY },
  java: { program: "/usr/bin/java", home: undefined, version: 17, output: "", compiles: true },
  maven: "/usr/bin/mvn",
  cache: { path: "/home/ada/.cache/streamctl", obstacle: undefined, freeBytes: 50e9, executes: true },
  missingEngines: ["kafka", "pinot", "flink"],
  missingBytes: 870e6,
  environments: [],
  compiled: ["Flink"],
  takenPorts: [],
  outgoingPorts: undefined,
  containers: "docker 20.10.24",
  librdkafka: "2.15.1",
  installed: [],
};

/** A FAKE environment of a Python service, which is installed and whose service will be started. */
const environment: EnvironmentFacts = {
  environment: { name: "superset", label: "Superset 6.1.0", requirements: "", minorVersions: { first: 10, last: 12 }, diskBytes: 1.5e9 },
  needed: true,
  python: { program: "/usr/bin/python3.11", version: "3.11.2", minorVersion: 11, hasVenv: true },
  installed: true,
};
const unneeded = { ...environment, needed: false, installed: false };
const smallCache = { path: "/c", obstacle: undefined, freeBytes: 1e9, executes: true };

const fullCache = { missingEngines: [], missingBytes: 0, compiled: [] } as const;
const runtimeOnly = { ...fit.java, compiles: false };
const kafkaPort = {
  service: "kafka",
  port: { name: "Kafka", port: 9092 },
  holder: "a process of user 1001 is listening on it",
  passes: false,
} as const;
const closing = { ...kafkaPort, holder: "a closed connection keeps it for up to a minute (TIME_WAIT)", passes: true } as const;
const noEngine = new StreamctlError("prerequisite", "Cannot use --runtime docker: no container engine is available", {
  hint: "Start Docker",
});
const noHome = new StreamctlError("prerequisite", "Cannot find a folder for the cache: user 12345 has no home folder", {
  hint: "Set HOME",
});
const noServer = new StreamctlError("prerequisite", 'Cannot use "/opt/x" as ksqlDB: no such folder', { hint: "Give a folder" });
const noAddon = new StreamctlError("native", "Cannot load the native addon: no usable folder for it", { hint: "Set XDG_CACHE_HOME" });
const limits = (changed: Partial<Machine["limits"]>): Partial<Machine> => ({ limits: { ...fit.limits, ...changed } });

const refused: readonly (readonly [what: string, change: Partial<Machine>, subject: string, code: string, says: string])[] = [
  [
    "a state folder that engines misread",
    { stateFolder: { ...fit.stateFolder, path: "/home/a b" } },
    "state",
    "usage",
    'do not support " " in a path',
  ],
  [
    "a state folder of another user",
    { stateFolder: { ...fit.stateFolder, obstacle: "permission denied" } },
    "state",
    "state",
    "permission denied",
  ],
  ["few open files", limits({ openFiles: 64 }), "limits", "prerequisite", "may open 64 files (ulimit -n), 512 are needed"],
  [
    "little room for addresses",
    limits({ addressSpaceBytes: 2e9 }),
    "limits",
    "prerequisite",
    "is limited to 2.0 GB of address space (ulimit -v",
  ],
  ["small files only", limits({ fileBytes: 1e6 }), "limits", "prerequisite", "a file may grow to 1 MB (ulimit -f)"],
  ["few threads", limits({ processes: 100 }), "limits", "prerequisite", "this user may have 100 threads (ulimit -u)"],
  ["no Java", { java: { ...fit.java, program: undefined } }, "java", "prerequisite", 'Cannot run "java": it is not installed'],
  [
    "a wrong JAVA_HOME",
    { java: { ...fit.java, program: undefined, home: "/x" } },
    "java",
    "prerequisite",
    'JAVA_HOME "/x": it does not contain bin/java',
  ],
  ["an old Java", { java: { ...fit.java, version: 11 } }, "java", "prerequisite", "version 11 is too old, 17 is needed"],
  ["a Java that does not run", { java: { ...fit.java, version: undefined } }, "java", "prerequisite", "its version cannot be read"],
  ["a runtime alone and an empty cache", { java: runtimeOnly }, "java", "prerequisite", "it has no compiler"],
  [
    "no Maven and an empty cache",
    { maven: undefined },
    "maven",
    "prerequisite",
    "Cannot download kafka, pinot, flink: Maven (mvn) is not on the PATH",
  ],
  [
    "no container engine for containers",
    { runtime: "docker", containers: noEngine },
    "containers",
    "prerequisite",
    "no container engine is available",
  ],
  ["no addon", { librdkafka: noAddon }, "librdkafka", "native", "no usable folder for it"],
  ["a user without a home", { cache: noHome }, "engines", "prerequisite", "user 12345 has no home folder"],
  [
    "a cache that Java cannot read",
    { ...fullCache, cache: { path: "/a:b", obstacle: undefined, freeBytes: 9e9, executes: true } },
    "engines",
    "prerequisite",
    'contains ":"',
  ],
  [
    "a cache that Maven would fill elsewhere",
    { cache: { path: "/a\\b", obstacle: undefined, freeBytes: 9e9, executes: true } },
    "engines",
    "prerequisite",
    "Maven cannot write to a path with a backslash",
  ],
  [
    "a cache whose path ends like an archive's",
    { ...fullCache, cache: { path: "/a!/b", obstacle: undefined, freeBytes: 9e9, executes: true } },
    "engines",
    "prerequisite",
    'contains "!/"',
  ],
  [
    "a cache that cannot be filled",
    { cache: { path: "/c", obstacle: "its disk is read-only", freeBytes: 9e9, executes: true } },
    "engines",
    "state",
    "its disk is read-only",
  ],
  [
    "a full disk below the cache",
    { cache: { path: "/c", obstacle: undefined, freeBytes: 1e6, executes: true } },
    "disk",
    "no-space",
    "870 MB are needed",
  ],
  [
    "a full disk below the state",
    { stateFolder: { ...fit.stateFolder, freeBytes: 1e6 } },
    "disk",
    "no-space",
    "1 MB free on its disk, 100 MB are needed",
  ],
  [
    "no Python for a service that was named",
    { environments: [{ ...environment, python: undefined }] },
    "python",
    "prerequisite",
    "Cannot install Superset 6.1.0: it needs Python 3.10 to 3.12, and python3 is not on the PATH",
  ],
  [
    "a cache into which pip cannot write",
    { ...fullCache, environments: [{ ...environment, installed: false }], cache: { ...smallCache, obstacle: "permission denied" } },
    "python",
    "state",
    'Cannot install Superset 6.1.0 into the cache "/c": permission denied',
  ],
  [
    "no space for an environment, next to containers",
    { ...fullCache, runtime: "docker", environments: [{ ...environment, installed: false }], missingBytes: 1.5e9, cache: smallCache },
    "disk",
    "no-space",
    "1500 MB are needed",
  ],
  ["no processor where it was named", { installed: [{ subject: "ksqldb", found: noServer }] }, "ksqldb", "prerequisite", "no such folder"],
  [
    "a port of another program",
    { takenPorts: [kafkaPort] },
    "ports",
    "port-taken",
    'Cannot start "kafka": port 9092 (Kafka) is in use: a process of user 1001',
  ],
  ["a port that is about to be free", { takenPorts: [closing] }, "ports", "port-taken", "TIME_WAIT"],
];

const served: readonly (readonly [what: string, change: Partial<Machine>])[] = [
  ["that has everything", {}],
  ["with a Java runtime alone and a full cache", { ...fullCache, java: { ...runtimeOnly, compiles: undefined } }],
  ["without Maven and with a full cache", { ...fullCache, maven: undefined }],
  [
    "with a full cache that cannot be written",
    { ...fullCache, cache: { path: "/c", obstacle: "permission denied", freeBytes: 0, executes: true } },
  ],
  ["with containers instead of Java", { runtime: "docker", java: { ...fit.java, program: undefined }, maven: undefined, cache: noHome }],
  ["without a container engine", { containers: noEngine }],
  ["with a Python environment", { environments: [environment] }],
  ["with a Python that can create one", { environments: [{ ...environment, installed: false }, unneeded] }],
  ["where all runs, whatever became of the cache", { starts: false, missingEngines: [], cache: noHome }],
];

const warned: readonly (readonly [what: string, change: Partial<Machine>, subject: string, says: string])[] = [
  [
    "1024 open files",
    limits({ openFiles: 1024 }),
    "limits",
    "this session may open 1024 files (ulimit -n): tables with many segments may need more",
  ],
  ["1000 threads", limits({ processes: 1000 }), "limits", "this user may have 1000 threads (ulimit -u), including those of other programs"],
  [
    "a state folder without execution",
    { stateFolder: { ...fit.stateFolder, executes: false } },
    "state",
    "/home/ada/.streamctl is mounted noexec: Kafka will reject records compressed with snappy or zstd",
  ],
  [
    "no Python for a service that was not requested",
    { environments: [{ ...unneeded, python: undefined }] },
    "python",
    "Cannot install Superset 6.1.0: it needs Python 3.10 to 3.12, and python3 is not on the PATH. Only up --with superset needs it",
  ],
  [
    "no space for a service that was not requested",
    { ...fullCache, environments: [unneeded], cache: smallCache },
    "python",
    'Not enough space on the disk of the cache "/c": 1500 MB are needed. Only up --with superset needs it',
  ],
  ["a nearly full disk", { stateFolder: { ...fit.stateFolder, freeBytes: 1.5e9 } }, "disk", "1.5 GB free"],
  [
    "ports of outgoing connections",
    { outgoingPorts: { ports: [34_092], range: [32_768, 60_999] } },
    "ports",
    "34092: within the ephemeral port range 32768 to 60999 of outgoing connections, so they may be taken at any time",
  ],
];

/** The error of `up` on a machine; undefined if it succeeds. */
function refusalOn(machine: Machine): StreamctlError | undefined {
  try {
    requireChecks(machine);
    return undefined;
  } catch (error) {
    if (error instanceof StreamctlError) return error;
    throw error;
  }
}

describe("the checks of doctor and up", () => {
  test.each(refused)("up rejects %s, and doctor reports the same", (_, change, subject, code, says) => {
    const machine = { ...fit, ...change };
    const lacking = runChecks(machine).filter(({ verdict }) => verdict === "lacks");
    const refusal = refusalOn(machine);
    expect(lacking).toEqual([
      { subject, verdict: "lacks", found: refusal?.message ?? "", advice: refusal?.hint ?? "", code: refusal?.code ?? "usage" },
    ]);
    expect([refusal?.code, refusal?.message]).toEqual([code, expect.stringContaining(says)] as never);
  });

  test.each(served)("up accepts a machine %s, and doctor reports no problem", (_, change) => {
    const machine = { ...fit, ...change };
    expect(runChecks(machine).filter(({ verdict }) => verdict !== "fine")).toEqual([]);
    expect(refusalOn(machine)).toBeUndefined();
  });

  test.each(warned)("doctor warns about %s, which up accepts", (_, change, subject, found) => {
    const machine = { ...fit, ...change };
    expect(runChecks(machine).filter(({ verdict }) => verdict !== "fine")).toEqual([
      { subject, verdict: "warns", found, advice: expect.any(String) as never },
    ]);
    expect(refusalOn(machine)).toBeUndefined();
  });

  test("up reports the first of several problems, which may cause the others", () => {
    const machine = { ...fit, ...limits({ openFiles: 64 }), java: { ...fit.java, version: undefined } };
    expect(refusalOn(machine)?.message).toContain("ulimit -n");
    expect(
      runChecks(machine)
        .filter(({ verdict }) => verdict === "lacks")
        .map(({ subject }) => subject),
    ).toEqual(["limits", "java"]);
  });
});
