import { describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../src/core/errors.ts";
import { ksqldb } from "../../../src/processors/ksqldb/declaration.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A FAKE ksqlDB installation: its only jar contains the name of the server's class. */
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
  test("inspects only the folder from which a stack runs it", async () => {
    const home = await fakeHome("ksqldb");
    expect([
      await ksqldb.inspect({ home }, "local"),
      await ksqldb.inspect({ image: true }, "docker"),
      await ksqldb.inspect({ url: "http://a:8088" }, "local"),
      await ksqldb.inspect(undefined, "local"),
    ]).toEqual([`installed in ${home}`, ...Array.from({ length: 3 }, () => "not run from a local folder")]);
  });

  test("rejects a folder without ksqlDB, and one whose path Java cannot read, unless it is used in a container", async () => {
    const odd = await fakeHome("a:b");
    expect(await refusal({ home: odd })).toContain('Java cannot read a path that contains ":"');
    expect(await ksqldb.inspect({ home: odd }, "docker")).toBe(`installed in ${odd}`);
    const empty = await temporaryFolder();
    expect(await refusal({ home: empty })).toContain(`Cannot use "${empty}" as ksqlDB: no jar in it contains`);
  });

  test.each([
    ["http://person:secret@a:8088", "Cannot use a URL with credentials for --ksqldb-url"],
    ["https://:secret@a:8088", "Cannot use a URL with credentials for --ksqldb-url"],
    ["ftp://person:secret@a", "Cannot use a URL with credentials for --ksqldb-url"],
    ["http://a:8088/?key=secret", "Cannot use a URL with a query or a fragment for --ksqldb-url"],
    ["http://a:8088#secret", "Cannot use a URL with a query or a fragment for --ksqldb-url"],
    ["http://a:8088?", "Cannot use a URL with a query or a fragment for --ksqldb-url"],
    ["person:secret@a:8088", "Cannot use the given value for --ksqldb-url: it is not an HTTP URL"],
    ["ftp://a", 'Cannot use "ftp://a" for --ksqldb-url: it is not an HTTP URL'],
  ])("refuses the URL %s, and does not repeat a secret of it", (url, says) => {
    let error: unknown;
    try {
      ksqldb.sourceFromOptions({ "ksqldb-url": url });
    } catch (refused) {
      error = refused;
    }
    expect(error).toMatchObject({ code: "usage", message: expect.stringContaining(says) });
    expect(JSON.stringify([messageOf(error), error])).not.toContain("secret");
  });

  test("reports what runs it: a service of the stack, or an external server", () => {
    expect([ksqldb.external({ home: "/opt" }), ksqldb.external({ url: "http://a:8088" })?.endpoint]).toEqual([undefined, "http://a:8088"]);
  });
});
