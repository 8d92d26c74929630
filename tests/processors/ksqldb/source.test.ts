import { describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../src/core/errors.ts";
import { ksqldb } from "../../../src/processors/ksqldb/declaration.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A folder whose only jar holds the name of the server's class: a FAKE of an installed ksqlDB. */
async function fakeHome(name: string): Promise<string> {
  const home = join(await temporaryFolder(), name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "ksqldb-rest-app-0.29.0.jar"), "io/confluent/ksql/rest/server/KsqlServerMain.class");
  return home;
}

async function refusal(source: { readonly home: string }): Promise<string> {
  return await ksqldb.inspect(source, "local").catch(messageOf);
}

describe("the declaration of ksqlDB", () => {
  test("inspects the folder that a stack runs it from, and nothing else", async () => {
    const home = await fakeHome("ksqldb");
    expect([
      await ksqldb.inspect({ home }, "local"),
      await ksqldb.inspect({ image: true }, "docker"),
      await ksqldb.inspect({ url: "http://a:8088" }, "local"),
      await ksqldb.inspect(undefined, "local"),
    ]).toEqual([`installed in ${home}`, ...Array.from({ length: 3 }, () => "not run from a local folder")]);
  });

  test("refuses a folder without ksqlDB, and one whose path Java cannot read, unless containers have it under another", async () => {
    const odd = await fakeHome("a:b");
    expect(await refusal({ home: odd })).toContain('Java cannot read a path that contains ":"');
    expect(await ksqldb.inspect({ home: odd }, "docker")).toBe(`installed in ${odd}`);
    const empty = await temporaryFolder();
    expect(await refusal({ home: empty })).toContain(`Cannot use "${empty}" as ksqlDB: no jar in it contains`);
  });

  test("says who runs it: a service of the stack, or a server that is not ours", () => {
    expect([ksqldb.external({ home: "/opt" }), ksqldb.external({ url: "http://a:8088" })?.endpoint]).toEqual([undefined, "http://a:8088"]);
  });
});
