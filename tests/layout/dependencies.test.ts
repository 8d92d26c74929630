import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

test("CONTRIBUTING.md lists exactly the packages of package.json as used, and names each development tool", async () => {
  const guide = await readFile(join(root, "CONTRIBUTING.md"), "utf8");
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const used = [...guide.matchAll(/^\| `(?<name>[^`]+)` \|[^|]*\| yes \|/gmu)].map(({ groups }) => groups?.["name"] ?? "");
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(dependencies).toSorted());
  expect(Object.keys(devDependencies).filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});
