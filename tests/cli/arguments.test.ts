import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import { readArguments, splitAtCommand } from "../../src/cli/arguments.ts";
import { globalArgs } from "../../src/cli/global-args.ts";

const args = {
  ...globalArgs,
  sql: { type: "positional", required: false },
  limit: { type: "string", alias: "n" },
  follow: { type: "boolean", alias: "f" },
} as const satisfies ArgsDef;

const read = (...argv: readonly string[]) => {
  const { values, mistake } = readArguments(argv, args, "query");
  return { values, mistake: mistake && [mistake.code, mistake.message, mistake.hint] };
};

describe("splitAtCommand()", () => {
  test.each([
    [["up", "--dry-run"], [], "up", ["--dry-run"]],
    [["--state-dir", "up", "-q", "down", "x"], ["--state-dir", "up", "-q"], "down", ["x"]],
    [["--state-dir=a", "up"], ["--state-dir=a"], "up", []],
    [["--json"], ["--json"], undefined, []],
    [["--state-dir"], ["--state-dir"], undefined, []],
    [[], [], undefined, []],
  ])("splits %p", (argv, before, name, after) => {
    expect(splitAtCommand(argv, globalArgs)).toEqual({ before, name, after });
  });
});

describe("readArguments()", () => {
  test.each<[readonly string[], Readonly<Record<string, string | true>>]>([
    [[], {}],
    [["select 1", "--limit", "5", "--json"], { sql: "select 1", limit: "5", json: true }],
    [["-n", "-1", "-f"], { limit: "-1", follow: true }],
    [["-n5", "-qf"], { limit: "5", quiet: true, follow: true }],
    [["--limit=--json"], { limit: "--json" }],
    [["--limit="], { limit: "" }],
    [["--limit", "1", "--limit", "2"], { limit: "2" }],
    [["--", "--json"], { sql: "--json" }],
    [["--json", "--", "-- a comment"], { json: true, sql: "-- a comment" }],
  ])("reads %p", (argv, values) => {
    expect(read(...argv)).toEqual({ values, mistake: undefined });
  });

  test.each<[readonly string[], string, string]>([
    [["--lmit", "5"], "Unknown option --lmit", "Did you mean --limit? Run: streamctl query --help"],
    [["--bogus=5"], "Unknown option --bogus", "Run: streamctl query --help"],
    [["-x"], "Unknown option -x", "Run: streamctl query --help"],
    [["--toString"], "Unknown option --toString", "Run: streamctl query --help"],
    [["a", "b", "c"], 'Unexpected argument "b": query takes one argument', "Run: streamctl query --help"],
    [["-n"], "Option -n needs a value", "Run: streamctl query --help"],
    [["-n", "--follow"], "Option -n needs a value", "Write its value before --follow"],
    [
      ["--limit", "--follow"],
      "Option --limit needs a value",
      "Write its value before --follow; a value that begins with -- is written --limit=VALUE",
    ],
    [["--follow=no"], 'Option --follow takes no value, but got "no"', "Run: streamctl query --help"],
    [["-1 + 2"], "Unknown option -1 + 2", 'To pass it as an argument, put -- before it: streamctl query [options] -- "-1 + 2"'],
  ])("reports what is wrong with %p", (argv, message, hint) => {
    expect(read(...argv).mistake).toEqual(["usage", message, hint]);
  });

  test("reads what follows a mistake, and reports the first one", () => {
    expect(read("--bogus", "a", "b", "--json")).toEqual({
      values: { sql: "a", json: true },
      mistake: ["usage", "Unknown option --bogus", "Run: streamctl query --help"],
    });
    expect(read("--limit", "--json").values).toEqual({ json: true });
  });

  test("names the program where no command was given", () => {
    const { mistake } = readArguments(["-x"], globalArgs);
    expect([mistake?.message, mistake?.hint]).toEqual([
      "Unknown option -x",
      "Write options of a command after its name. Run: streamctl --help",
    ]);
  });
});
