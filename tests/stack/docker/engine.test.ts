import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findEngine } from "../../../src/stack/docker/engine.ts";
import { failureOf } from "../../provision/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** Says with whom it shares the signals of a terminal: its process group is its own, or that of its parent. */
const fakeDocker = `#!/bin/sh
[ "$1" = version ] && printf '20.10.24\\nWARNING: Error parsing config file\\n' && exit
[ "$(cut -d ' ' -f 5 /proc/$$/stat)" = $$ ] && echo alone || echo together
`;

/** Answers nothing, as a client whose engine is not there. */
const fakeClient = `#!/bin/sh
echo "Cannot connect to the Docker daemon at $DOCKER_HOST. Is the docker daemon running?"
exit 1
`;

test("findEngine() says which variable of the environment leads to an engine that does not answer", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "docker"), fakeClient, { mode: 0o755 });
  const { PATH: path, DOCKER_HOST: host } = process.env;
  const refusal = async (given: string): Promise<unknown> => {
    Object.assign(process.env, { PATH: folder, DOCKER_HOST: given });
    return await failureOf(findEngine());
  };
  try {
    expect(await refusal("tcp://127.0.0.1:1")).toMatchObject({
      code: "prerequisite",
      detail: "docker: Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?",
      hint:
        "Unset DOCKER_HOST (tcp://127.0.0.1:1), or start the engine that it leads to, " +
        "or run the engines as processes: streamctl up --runtime local",
    });
    expect(await refusal("")).toMatchObject({
      hint: "Start Docker or Podman, or run the engines as processes: streamctl up --runtime local",
    });
  } finally {
    process.env["PATH"] = path;
    if (host === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = host;
  }
});

test("run() keeps the terminal's Ctrl-C from a program that no signal may end, and the engine is named by its version alone", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "docker"), fakeDocker, { mode: 0o755 });
  const before = process.env["PATH"];
  process.env["PATH"] = `${folder}:${before}`;
  try {
    const engine = await findEngine();
    expect(engine.name).toBe("docker 20.10.24");
    expect((await engine.run(["stop", "kafka"])).output).toBe("alone");
    expect((await engine.run(["ps"], { signal: new AbortController().signal })).output).toBe("together");
  } finally {
    process.env["PATH"] = before;
  }
});
