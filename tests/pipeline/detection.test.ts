import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDeclarations } from "../../src/core/assets.ts";
import { findProgram } from "../../src/core/process.ts";
import { detectMachine } from "../../src/pipeline/detection.ts";
import { someChoices } from "../state/some-choices.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const declarations = openDeclarations();
const nothing = { runtime: undefined, processor: undefined, portOffset: undefined, only: undefined };
const docker = { ...nothing, runtime: "docker" };
const kept = someChoices;

describe("detectMachine()", () => {
  const before = { PATH: process.env["PATH"], JAVA_HOME: process.env["JAVA_HOME"] };
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    const shell = (await findProgram("sh")) ?? "";
    await symlink(shell, join(folder, "sh"));
    process.env["PATH"] = folder;
    process.env["JAVA_HOME"] = "";
  });

  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  /** A FAKE of docker: answers, and has the images whose names match a pattern of the shell. */
  const fakeDocker = async (images: string): Promise<void> => {
    const all = `for name; do case $name in ${images}) ;; *) exit 1 ;; esac; done`;
    const script = `#!/bin/sh\nif [ "$1" = version ]; then echo 20.10; exit; fi\nshift 2\n${all}\n`;
    await writeFile(join(folder, "docker"), script);
    await chmod(join(folder, "docker"), 0o755);
  };

  test("chooses containers only if Java is missing and the engine has all images", async () => {
    const look = async (): Promise<boolean> => (await detectMachine(nothing, undefined, { declarations, environment: {} })).onlyContainers;
    expect(await look()).toBe(false);
    await fakeDocker("streamctl-kafka:*");
    expect(await look()).toBe(false);
    await fakeDocker("streamctl-*");
    expect(await look()).toBe(true);
    await writeFile(join(folder, "java"), "#!/bin/sh\n");
    await chmod(join(folder, "java"), 0o755);
    expect(await look()).toBe(false);
  });

  test("finds ksqlDB's image if the engine has it or the environment names one", async () => {
    const look = async (environment = {}): Promise<unknown> =>
      (await detectMachine(docker, undefined, { declarations, environment })).processors["ksqldb"]?.["image"];
    await fakeDocker("streamctl-*");
    expect(await look()).toBe(false);
    expect(await look({ STREAMCTL_KSQLDB_IMAGE: "mine:1" })).toBe(true);
    await fakeDocker("*/ksqldb-server:*");
    expect(await look()).toBe(true);
  });

  test("skips detection if the choice is already made", async () => {
    await fakeDocker("*");
    const nowhere = { onlyContainers: false, processors: { flink: {}, ksqldb: { image: false }, spark: {}, beam: {} } };
    expect(await detectMachine(nothing, kept, { declarations, environment: {} })).toEqual(nowhere);
    const requested = { ...docker, processor: "flink" };
    expect(await detectMachine(requested, undefined, { declarations, environment: {} })).toEqual(nowhere);
    const environment = { STREAMCTL_KSQLDB_HOME: "/opt/ksqldb" };
    expect(await detectMachine(docker, undefined, { declarations, environment })).toEqual({
      onlyContainers: false,
      processors: { flink: {}, ksqldb: { image: false, home: "/opt/ksqldb" }, spark: {}, beam: {} },
    });
  });
});
