import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { clearProject, writeProject } from "../../../src/stack/docker/compose-project.ts";
import { readMadeVolumes, writeMadeVolumes } from "../../../src/stack/docker/volumes.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("clearProject() keeps only the list of volumes, which a kill before the next write would otherwise lose", async () => {
  const project = { name: "p", folder: await temporaryFolder() };
  await clearProject(join(project.folder, "none"));
  await writeProject(project.folder, { "compose.yaml": "services: {}\n", "ca/README": "" });
  await writeMadeVolumes(project, ["kafka"]);
  await clearProject(project.folder);
  expect(await readdir(project.folder)).toEqual(["volumes.json"]);
  expect(await readMadeVolumes(project)).toEqual(["kafka"]);
});
