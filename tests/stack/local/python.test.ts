import { afterEach, describe, expect, test } from "bun:test";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { detectPython, type Python, requirePython } from "../../../src/stack/local/python.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const environment = { label: "Superset 6.1.0", requirements: "", minorVersions: { first: 10, last: 12 }, diskBytes: 0 };
const good: Python = { program: "/usr/bin/python3.11", version: "3.11.2", minorVersion: 11, hasVenv: true };

describe("requirePython()", () => {
  test("returns a suitable Python", () => {
    expect(requirePython(good, environment)).toBe(good);
  });

  test.each([
    [undefined, "it needs Python 3.10 to 3.12, and python3 is not on the PATH", "apt-get install python3 python3-venv"],
    [
      { ...good, version: "3.9.2", minorVersion: 9 },
      "with /usr/bin/python3.11: it is Python 3.9.2, and Python 3.10 to 3.12 is needed",
      "streamctl uses python3.12 if it is on the PATH",
    ],
    [{ ...good, version: "3.13.1", minorVersion: 13 }, "it is Python 3.13.1", "python3.12"],
    [{ ...good, hasVenv: false }, "/usr/bin/python3.11 cannot create virtual environments", "apt-get install python3.11-venv"],
  ] as const)("refuses %j", (python, says, hint) => {
    expect(() => requirePython(python, environment)).toThrow(
      expect.objectContaining({ code: "prerequisite", message: expect.stringContaining(says), hint: expect.stringContaining(hint) }),
    );
  });
});

const path = process.env["PATH"];

afterEach(() => {
  process.env["PATH"] = path;
});

describe("detectPython()", () => {
  /** Sets the PATH to a folder with FAKE Pythons that only report their version, or fail. */
  async function pathWith(programs: Readonly<Record<string, string>>): Promise<void> {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, name), 0o755);
    }
    process.env["PATH"] = folder;
  }

  const { minorVersions } = environment;

  test("prefers python3, and otherwise the newest with a suitable version", async () => {
    await pathWith({ python3: "echo 3.11.2; echo /opt/a", "python3.12": "echo 3.12.1; echo /opt/b" });
    expect(await detectPython(minorVersions)).toEqual({ program: "/opt/a", version: "3.11.2", minorVersion: 11, hasVenv: true });
    await pathWith({ python3: "echo 3.14.0; echo /opt/a", "python3.10": "echo 3.10.9; echo /opt/b; exit 1" });
    expect(await detectPython(minorVersions)).toEqual({ program: "/opt/b", version: "3.10.9", minorVersion: 10, hasVenv: false });
  });

  test("returns an unsuitable one if there is no other, and undefined if there is none that works", async () => {
    await pathWith({ python3: "echo 3.14.0; echo /opt/a" });
    expect((await detectPython(minorVersions))?.version).toBe("3.14.0");
    await pathWith({ python3: "exit 127" });
    expect(await detectPython(minorVersions)).toBeUndefined();
    await pathWith({});
    expect(await detectPython(minorVersions)).toBeUndefined();
  });
});
