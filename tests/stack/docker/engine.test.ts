import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findEngine } from "../../../src/stack/docker/engine.ts";
import { failureOf } from "../../processors/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A FAKE docker that prints whether it leads its own process group or shares that of its parent. */
const fakeDocker = `#!/bin/sh
[ "$1" = version ] && printf '20.10.24\\nWARNING: Error parsing config file\\n' && exit
[ "$1" = info ] && exec echo "$DOCKER_HOST"
[ "$(cut -d ' ' -f 5 /proc/$$/stat)" = $$ ] && echo alone || echo together
`;

/** A FAKE client whose engine is not running. */
const fakeClient = `#!/bin/sh
echo "Cannot connect to the Docker daemon at $DOCKER_HOST. Is the docker daemon running?"
exit 1
`;

/** Runs `work` with this program first on the PATH, and with environment variables. */
async function withDocker(script: string, variables: Readonly<Record<string, string>>, body: () => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "docker"), script, { mode: 0o755 });
  const before = { ...process.env };
  Object.assign(process.env, { PATH: `${folder}:${before["PATH"]}` }, variables);
  try {
    await body();
  } finally {
    for (const name of ["PATH", ...Object.keys(variables)]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

test("findEngine() names the environment variable that selects an engine which does not answer", async () => {
  // An installed podman would answer.
  const folder = await temporaryFolder();
  await writeFile(join(folder, "podman"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const alone = `${folder}:/usr/bin:/bin`;
  await withDocker(fakeClient, { DOCKER_HOST: "tcp://127.0.0.1:1" }, async () => {
    process.env["PATH"] = `${(process.env["PATH"] ?? "").split(":")[0]}:${alone}`;
    expect(await failureOf(findEngine())).toMatchObject({
      code: "prerequisite",
      detail: expect.stringContaining("docker: Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?"),
      hint:
        "Unset DOCKER_HOST (tcp://127.0.0.1:1), or start the engine that it selects, " +
        "or use local processes: streamctl up --runtime local",
    });
    process.env["DOCKER_HOST"] = "";
    expect(await failureOf(findEngine())).toMatchObject({
      hint: "Start Docker or Podman, or use local processes: streamctl up --runtime local",
    });
  });
});

test("run() protects a program without a signal from the terminal's Ctrl-C, and the engine's name is program and version", async () => {
  await withDocker(fakeDocker, {}, async () => {
    const engine = await findEngine();
    expect(engine.name).toBe("docker 20.10.24");
    expect((await engine.run(["stop", "kafka"])).output).toBe("alone");
    expect((await engine.run(["ps"], { signal: new AbortController().signal })).output).toBe("together");
  });
});

test("run() and follow() pass the whole environment to the engine's program", async () => {
  await withDocker(fakeDocker, { DOCKER_HOST: "unix:///elsewhere.sock" }, async () => {
    const engine = await findEngine();
    expect((await engine.run(["info"])).output).toBe("unix:///elsewhere.sock");
    const lines: string[] = [];
    await engine.follow(["info"], async (line) => void lines.push(line), new AbortController().signal);
    expect(lines).toEqual(["unix:///elsewhere.sock"]);
  });
});
