import { describe, expect, test } from "bun:test";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assetPaths, openDeclarations, readAsset } from "../../src/core/assets.ts";
import { eject } from "../../src/pipeline/eject.ts";
import { failureOf } from "../processors/failure.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describe("eject()", () => {
  test("writes all embedded declarations, and a compose.yaml that uses them", async () => {
    const folder = join(await temporaryFolder(), "mine");
    const { files } = await eject(folder, 1000);
    expect(files).toEqual([...assetPaths(), "ca/README", "compose.yaml", "jars/README"].toSorted());
    for (const path of assetPaths()) expect(await readFile(join(folder, path), "utf8")).toBe(readAsset(path));
    const compose = await readFile(join(folder, "compose.yaml"), "utf8");
    expect(compose).toContain("dockerfile: dockerfiles/engine.Dockerfile");
    expect(compose).toContain("- 127.0.0.1:10092:9092");
    expect((await stat(join(folder, "dockerfiles", "start"))).mode & 0o777).toBe(0o755);
  });

  test("overwrites nothing", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "notes.txt"), "mine");
    expect(await failureOf(eject(folder, 0))).toMatchObject({
      code: "usage",
      message: `Cannot eject into "${folder}": it is not empty, it contains "notes.txt"`,
    });
    expect(await failureOf(eject(join(folder, "notes.txt"), 0))).toMatchObject({ code: "usage" });
  });
});

describe("openDeclarations()", () => {
  test("reads the files of an ejected folder, or the embedded ones without a folder", async () => {
    const folder = join(await temporaryFolder(), "mine");
    await eject(folder, 0);
    await writeFile(join(folder, "flink", "01-transactions.sql"), "edited");
    const declarations = openDeclarations(folder);
    expect(declarations.paths()).toEqual(assetPaths());
    expect(declarations.read("flink/01-transactions.sql")).toBe("edited");
    expect(openDeclarations().read("flink/01-transactions.sql")).toBe(readAsset("flink/01-transactions.sql"));
  });

  test("rejects a folder that eject did not write, and a missing file", async () => {
    const empty = await temporaryFolder();
    expect(() => openDeclarations(empty)).toThrow(`Cannot use "${empty}" for --dir: it is not a folder that streamctl eject wrote`);
    const folder = join(empty, "mine");
    await eject(folder, 0);
    await rm(join(folder, "pinot"), { recursive: true });
    expect(() => openDeclarations(folder)).toThrow("it is not a folder that streamctl eject wrote");
    await rm(folder, { recursive: true });
    await eject(folder, 0);
    await rm(join(folder, "config", "kafka", "pom.xml"));
    expect(() => openDeclarations(folder).read("config/kafka/pom.xml")).toThrow(
      `Cannot read "config/kafka/pom.xml" in "${folder}": no such file`,
    );
  });
});
