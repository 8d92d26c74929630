import { describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { openDeclarations, type Declarations } from "../../../src/core/assets.ts";
import { runCommand } from "../../../src/core/process.ts";
import { renderTemplate } from "../../../src/core/template.ts";
import { composeFile, definitionOf, memoryLimitMiB, probeLines, renderCompose } from "../../../src/stack/docker/compose-file.ts";
import { pythonFolders, imageOf, imagesOf, imageSource } from "../../../src/stack/docker/image.ts";
import { localeOptions } from "../../../src/stack/jvm-options.ts";
import { engineOf, hasImage } from "../../../src/stack/service.ts";
import { everyService } from "../../../src/pipeline/catalog.ts";
import { defaultServices } from "../../../src/pipeline/stack-services.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const source = {
  declarations: openDeclarations(),
  bases: { BASE_IMAGE: "java:17", BUILD_IMAGE: "maven:17", KSQLDB_IMAGE: "ksqldb:0.29.0" },
};

const render = (portOffset: number): ReturnType<typeof composeFile> => {
  const definitions = defaultServices({ portOffset, runtime: "docker" });
  const images = (["kafka", "pinot", "flink"] as const).map((engine) => ({ ...imageOf(engine, definitions, source), tag: `${engine}:v1` }));
  return composeFile(definitions, images, { project: "streamctl-test", stateDir: "/stacks/$one" });
};

describe("composeFile()", () => {
  test("renders a complete service: image, command, probe, loopback ports, volume, limits", () => {
    const { labels: _, ...zookeeper } = render(1000).services["zookeeper"] ?? {};
    expect(zookeeper).toMatchInlineSnapshot(`
      {
        "build": {
          "args": {
            "BASE_IMAGE": "java:17",
            "BUILD_IMAGE": "maven:17",
            "ENGINE": "pinot",
            "TRAINING": 
      "zookeeper run MALLOC_ARENA_MAX=2 java -Duser.language=en -Duser.country=US -Duser.timezone=UTC -Dfile.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Djava.io.tmpdir=/data/tmp -Xms32m -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=file:/engine/conf/log4j2.xml org.apache.zookeeper.server.ZooKeeperServerMain /engine/conf/zoo.cfg
      pinot run MALLOC_ARENA_MAX=2 STREAMCTL_KAFKA_BROKERS=kafka:19092 java -Duser.language=en -Duser.country=US -Duser.timezone=UTC -Dfile.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Djava.io.tmpdir=/data/tmp -Xms128m -Xmx512m -XX:+UseSerialGC -XX:MaxDirectMemorySize=512m -XX:TieredStopAtLevel=1 -Dzk.session.timeout=8000 -Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty -Dzk.zkclient.autosync.enabled=false -Dlog4j2.configurationFile=file:/engine/conf/log4j2.xml org.apache.pinot.tools.admin.PinotAdministrator StartServiceManager -clusterName streamctl -zkAddress zookeeper:2181 -port -1 -bootstrapConfigPaths /engine/conf/controller.conf /engine/conf/broker.conf /engine/conf/server.conf"
      ,
            "VALUES": "bindHost=0.0.0.0 zookeeperPort=2181 controllerPort=9000 brokerPort=8099 serverPort=8098 serverAdminPort=8097 confDir=/engine/conf dataDir=/data",
            "VERSION": "0.11.0",
          },
          "context": ".",
          "dockerfile": "dockerfiles/engine.Dockerfile",
        },
        "cap_drop": [
          "ALL",
        ],
        "command": [
          "-Duser.language=en",
          "-Duser.country=US",
          "-Duser.timezone=UTC",
          "-Dfile.encoding=UTF-8",
          "-Dsun.stdout.encoding=UTF-8",
          "-Dsun.stderr.encoding=UTF-8",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8",
          "-Djava.io.tmpdir=/data/tmp",
          "-Xms32m",
          "-Xmx128m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dlog4j2.configurationFile=file:/engine/conf/log4j2.xml",
          "org.apache.zookeeper.server.ZooKeeperServerMain",
          "/engine/conf/zoo.cfg",
        ],
        "environment": {
          "ARCHIVE": "zookeeper",
          "MALLOC_ARENA_MAX": "2",
          "PROBE": "zookeeper 2181",
        },
        "image": "pinot:v1",
        "init": true,
        "mem_limit": "688m",
        "ports": [
          "127.0.0.1:3181:2181",
        ],
        "read_only": true,
        "security_opt": [
          "no-new-privileges:true",
        ],
        "stop_grace_period": "10s",
        "tmpfs": [
          "/tmp",
        ],
        "volumes": [
          "zookeeper-data:/data",
        ],
      }
    `);
  });

  test("gives Kafka its preparation, and Pinot the names of the containers that it uses", () => {
    const { kafka, pinot } = render(0).services as Readonly<Record<string, Record<string, unknown>>>;
    expect(kafka?.["environment"]).toMatchObject({
      PREPARE: expect.stringMatching(
        /kafka\.tools\.StorageTool\nformat\n--cluster-id\ns[\w-]{21}\n--config\n\/engine\/conf\/server\.properties$/u,
      ),
    });
    expect(pinot?.["command"]).toContain("zookeeper:2181");
    expect(pinot?.["depends_on"]).toEqual({ zookeeper: { condition: "service_healthy" } });
  });

  test("gives every JVM a fixed language, time zone and encoding, and a temporary folder in the data volume", () => {
    const definitions = everyService({ portOffset: 0, runtime: "docker" }).filter((definition) => definition.process.kind === "jvm");
    const services = composeFile(definitions, [], { project: "p" }).services as unknown as Readonly<
      Record<string, { readonly command: readonly string[]; readonly environment: Readonly<Record<string, string>> }>
    >;
    const common = [...localeOptions, "-Djava.io.tmpdir=/data/tmp"];
    const commands = Object.values(services).map(({ command }) => command.slice(0, common.length));
    expect(commands).toEqual([common, common, common, common, common, common, common]);
    expect(services["kafka"]?.environment["PREPARE"]?.split("\n").slice(0, common.length)).toEqual(common);
  });

  test("gives a Python service its module, its preparation, the names of its secrets, and no secret", () => {
    const definitions = everyService({ portOffset: 1000, runtime: "docker" });
    const { superset } = composeFile(definitions, imagesOf(definitions, source), { project: "p" }).services as unknown as Readonly<
      Record<string, Readonly<Record<string, unknown>>>
    >;
    expect(superset).toMatchObject({
      image: expect.stringMatching(/^streamctl-superset:6\.1\.0-[0-9a-f]{12}$/u),
      build: { dockerfile: "dockerfiles/python.Dockerfile", args: { ENGINE: "superset" } },
      environment: { PREPARE: "/engine/conf/prepare.py", SECRETS: "secret-key admin-password", PROBE: "http 8090 /health" },
      ports: ["127.0.0.1:9090:8090"],
      mem_limit: "1024m",
    });
    expect(superset?.["command"]).toEqual(expect.arrayContaining(["-m", "gunicorn", "--bind", "0.0.0.0:8090"]) as never);
  });

  test("publishes on loopback the ports that this machine uses, and no others", () => {
    const services = Object.values(render(1000).services) as unknown as readonly { readonly ports: readonly string[] }[];
    expect(services.flatMap(({ ports }) => ports)).toEqual([
      "127.0.0.1:10092:9092",
      "127.0.0.1:3181:2181",
      "127.0.0.1:10000:9000",
      "127.0.0.1:9099:8099",
      "127.0.0.1:9097:8097",
      "127.0.0.1:9081:8081",
      "127.0.0.1:9083:8083",
    ]);
  });

  test("leaves out a dependency that the stack does not have", () => {
    const definitions = defaultServices({ portOffset: 0, runtime: "docker" }).filter(({ name }) => name === "pinot");
    expect(composeFile(definitions, [], { project: "p" }).services["pinot"]).not.toHaveProperty("depends_on");
  });

  test("starts an optional service only with the profile of its name", () => {
    const definitions = everyService({ portOffset: 0, runtime: "docker" });
    const { services } = composeFile(definitions, [], { project: "p", optional: ["ksqldb"] });
    expect(Object.entries(services).map(([name, service]) => [name, (service as { profiles?: unknown }).profiles])).toEqual([
      ["kafka", undefined],
      ["zookeeper", undefined],
      ["pinot", undefined],
      ["flink", undefined],
      ["ksqldb", ["ksqldb"]],
      ["spark", undefined],
      ["beam", undefined],
      ["superset", undefined],
    ]);
  });
});

describe("composeFile(), of a stack", () => {
  test("labels containers, volumes and the network with their stack", () => {
    const { services, volumes, networks } = render(1000);
    expect(services["kafka"]?.labels).toEqual({
      "streamctl.definition": expect.stringMatching(/^[0-9a-f]{16}$/u),
      "streamctl.stack": "streamctl-test",
      "streamctl.service": "streamctl-test/kafka",
      "streamctl.state-dir": "/stacks/$$one",
    });
    expect(volumes["kafka-data"]).toEqual({
      labels: { "streamctl.stack": "streamctl-test", "streamctl.service": "streamctl-test/kafka" },
    });
    expect(networks).toEqual({ default: { labels: { "streamctl.stack": "streamctl-test" } } });
  });

  test("adds no stack labels to ejected files, of which several copies may be started by hand", () => {
    const kafka = defaultServices({ portOffset: 0, runtime: "docker" }).filter(({ name }) => name === "kafka");
    const { services, volumes, networks } = composeFile(kafka, [], { project: "p" });
    expect([Object.keys(services["kafka"]?.labels ?? {}), volumes, networks]).toEqual([
      ["streamctl.definition"],
      { "kafka-data": {} },
      undefined,
    ]);
  });

  test("gives the same definition hashes in another folder, and different ones in another project", () => {
    const definitions = defaultServices({ portOffset: 0, runtime: "docker" });
    const hash = (project: string, stateDir: string): string => definitionOf(composeFile(definitions, [], { project, stateDir }), "kafka");
    expect(hash("p", "/two")).toBe(hash("p", "/one"));
    expect(hash("q", "/one")).not.toBe(hash("p", "/one"));
  });
});

describe("renderCompose()", () => {
  test("escapes dollar signs for compose", () => {
    const definitions = defaultServices({ portOffset: 0, runtime: "docker" }).filter(({ name }) => name === "zookeeper");
    const [zookeeper] = definitions.map((definition) => ({ ...definition, process: { ...definition.process, args: ["$HOME"] } }));
    expect(renderCompose(composeFile(zookeeper ? [zookeeper] : [], [], { project: "p" }))).toContain("- $$HOME\n");
  });
});

describe("imageOf()", () => {
  test("renders one configuration for all services of an engine, which give no name two values", () => {
    const definitions = everyService({ portOffset: 1000, runtime: "docker" });
    expect(imagesOf(definitions, source).map(({ engine }) => engine)).toEqual([
      "kafka",
      "pinot",
      "flink",
      "ksqldb",
      "spark",
      "beam",
      "superset",
    ]);
    const second = definitions
      .filter(({ name }) => name === "flink")
      .map((flink) => ({ ...flink, name: "second", values: { ...flink.values, restPort: 8082 } }));
    expect(() => imageOf("flink", [...definitions, ...second], source)).toThrow(
      'Services "flink" and "second" share one image but have different values of "restPort"',
    );
    const same = second.map((one) => ({ ...one, values: { ...one.values, restPort: 8081, secondPort: 8082 } }));
    expect(imageOf("flink", [...definitions, ...same], source).args["VALUES"]).toContain("restPort=8081 gatewayPort=8083 secondPort=8082");
  });

  const definitions = defaultServices({ portOffset: 0, runtime: "docker" });

  test("passes the values of the engine's services to the build", () => {
    const { args } = imageOf("kafka", defaultServices({ portOffset: 1000, runtime: "docker" }), source);
    expect(args).toEqual({
      TRAINING: expect.any(String),
      ENGINE: "kafka",
      VERSION: "4.3.1",
      VALUES:
        "controllerPort=9093 listeners=PLAINTEXT://0.0.0.0:9092,NETWORK://0.0.0.0:19092 ownListener=NETWORK " +
        "advertisedListeners=PLAINTEXT://127.0.0.1:10092,NETWORK://kafka:19092 confDir=/engine/conf dataDir=/data",
      BASE_IMAGE: "java:17",
      BUILD_IMAGE: "maven:17",
    });
  });

  test("passes the programs of the engine's services to the build, which makes their class-data archives", () => {
    const { args } = imageOf("pinot", definitions, source);
    const [zookeeper, pinot, ...others] = (args["TRAINING"] ?? "").split("\n");
    expect(zookeeper).toMatch(/^zookeeper run MALLOC_ARENA_MAX=2 java -D.* org\.apache\.zookeeper\.\S+ \/engine\/conf\/zoo\.cfg$/u);
    expect(pinot).toMatch(
      /^pinot run .*STREAMCTL_KAFKA_BROKERS=kafka:19092 java .* -zkAddress zookeeper:2181 .*\/engine\/conf\/server\.conf$/u,
    );
    expect(others).toEqual([]);
    const kafka = imageOf("kafka", definitions, source)
      .args["TRAINING"]?.split("\n")
      .map((line) => line.split(" ").slice(0, 2));
    expect(kafka).toEqual([
      ["kafka", "prepare"],
      ["kafka", "run"],
    ]);
  });

  test("derives the tag from the content: the same content gives the same tag, any difference another one", () => {
    const { tag } = imageOf("flink", definitions, source);
    expect(tag).toMatch(/^streamctl-flink:2\.3\.0-[0-9a-f]{12}$/u);
    expect(imageOf("flink", definitions, source).tag).toBe(tag);
    expect(imageOf("flink", definitions, { ...source, bases: { ...source.bases, BASE_IMAGE: "java:21" } }).tag).not.toBe(tag);
    expect(imageOf("flink", definitions, { ...source, platform: "linux/arm64" }).tag).not.toBe(tag);
    const edited = { ...source, declarations: editedDeclarations("config/flink/config.yaml") };
    expect(imageOf("flink", definitions, edited).tag).not.toBe(tag);
    expect(imageOf("kafka", definitions, edited).tag).toBe(imageOf("kafka", definitions, source).tag);
    const statement = { ...source, declarations: editedDeclarations("flink/01-transactions.sql") };
    expect(imageOf("flink", definitions, statement).tag).toBe(tag);
  });

  test("builds ksqlDB from Confluent's image, or from the jars of a folder on the common base image", () => {
    const ksqldb = everyService({ portOffset: 0, runtime: "docker" });
    const own = imageOf("ksqldb", ksqldb, source);
    expect(own.tag).toMatch(/^streamctl-ksqldb:0\.29\.0-[0-9a-f]{12}$/u);
    expect(own.args).toMatchObject({ KSQLDB_IMAGE: "ksqldb:0.29.0", BASE_IMAGE: "java:17", VERSION: "0.29.0" });
    expect(own.args["JARS"]).toContain(":/usr/share/java/ksqldb-rest-app/*:");
    const byFolder = new Map([
      ["share/java/ksqldb", ["a.jar"]],
      ["share/java/ksqldb-rest-app", ["b.jar"]],
    ]);
    const folder = { home: "/opt/ksqldb", byFolder, version: "7.6.1", fingerprint: "one" };
    const ofFolder = imageOf("ksqldb", ksqldb, { ...source, folders: new Map([["ksqldb", folder]]) });
    expect(ofFolder.args).toMatchObject({
      KSQLDB_IMAGE: "java:17",
      VERSION: "7.6.1",
      JARS: "/engine/jars/server/share/java/ksqldb/*:/engine/jars/server/share/java/ksqldb-rest-app/*",
    });
    expect(imageOf("ksqldb", ksqldb, { ...source, folders: new Map([["ksqldb", { ...folder, fingerprint: "two" }]]) }).tag).not.toBe(
      ofFolder.tag,
    );
  });

  test("contains every configuration at its path, rendered by the build as streamctl renders it", async () => {
    const every = everyService({ portOffset: 0, runtime: "docker" });
    for (const engine of ["kafka", "pinot", "flink", "ksqldb", "spark", "superset"] as const) {
      const folder = await temporaryFolder();
      const own = every.filter(hasImage).filter((definition) => engineOf(definition) === engine);
      const assets = new Map(own.flatMap(({ values, files }) => files.map(({ asset, as }) => [asset, { as, values }] as const)));
      for (const [asset] of assets) await writeFile(join(folder, basename(asset)), source.declarations.read(asset));
      const { VALUES = "" } = imageOf(engine, every, source).args;
      expect(await runCommand({ program: "sh", args: ["dockerfiles/render", folder], env: { VALUES } })).toEqual({
        exitCode: 0,
        output: "",
      });
      for (const [asset, { as, values }] of assets) {
        expect(await readFile(join(folder, as), "utf8")).toBe(
          renderTemplate(source.declarations.read(asset), { ...values, ...pythonFolders }, asset),
        );
      }
    }
  });
});

/** The built-in declarations, one of them with an additional line. */
function editedDeclarations(edited: string): Declarations {
  const own = openDeclarations();
  return { ...own, read: (path) => own.read(path) + (path === edited ? "# edited\n" : "") };
}

describe("imageSource()", () => {
  test("uses the base images of the environment, otherwise those of the Dockerfile", () => {
    const declarations = openDeclarations();
    expect(imageSource(declarations, { STREAMCTL_BASE_IMAGE: "mine:17" })).toEqual({
      declarations,
      bases: {
        BASE_IMAGE: "mine:17",
        BUILD_IMAGE: expect.stringMatching(/\/maven:3[\w.-]+@sha256:[0-9a-f]{64}$/u),
        PYTHON_IMAGE: expect.stringMatching(/\/python:3\.11[\w.-]+@sha256:[0-9a-f]{64}$/u),
        KSQLDB_IMAGE: expect.stringMatching(/\/ksqldb-server:0/u),
      },
    });
    expect(imageSource(declarations, { DOCKER_DEFAULT_PLATFORM: "linux/arm64" }).platform).toBe("linux/arm64");
    expect(imageSource(declarations, { STREAMCTL_BASE_IMAGE: "" }).bases["BASE_IMAGE"]).toMatch(
      /\/eclipse-temurin:17[\w.-]+@sha256:[0-9a-f]{64}$/u,
    );
  });
});

describe("probeLines()", () => {
  test("asks inside the container what the definition asks from this machine", () => {
    const inContainers = defaultServices({ portOffset: 1000, runtime: "docker" }).filter(hasImage);
    const lines = inContainers.map(({ probe, ports }) => probeLines(probe, ports));
    expect(lines).toEqual([
      ["kafka 9092"],
      ["zookeeper 2181"],
      ["http 9000 /tables", "http 8097 /health", "http 8099 /health", "http 8099 /query/sql?sql=select%201 /numDocsScanned >= 0"],
      ["http 8081 /overview /taskmanagers >= 1", "http 8083 /v3/info"],
    ]);
  });
});

describe("memoryLimitMiB()", () => {
  test("adds up what the options allow a JVM to use", () => {
    const options = ["-Xmx1g", "-XX:MaxDirectMemorySize=160m", "-XX:MaxMetaspaceSize=200m", "-XX:ReservedCodeCacheSize=64m"];
    expect(memoryLimitMiB(options)).toBe(1024 + 160 + 200 + 64 + 128);
    expect(memoryLimitMiB(["-Xmx128m", "-XX:TieredStopAtLevel=1"])).toBe(128 + 128 + 256 + 48 + 128);
  });
});
