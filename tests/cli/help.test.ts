import { describe, expect, test } from "bun:test";
import { helpOrVersion, rootHelp } from "../../src/cli/root-help.ts";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { commandHelp } from "../../src/cli/command-help.ts";
import { commandNames, loadCommand } from "../../src/cli/commands/catalog.ts";
import { commandGroups } from "../../src/cli/descriptions.ts";
import { renderHelp } from "../../src/cli/help.ts";

const pipe = { columns: null, styled: false };

async function helpOf(name: string, columns: number | null): Promise<string> {
  const command = await loadCommand(name);
  if (command === undefined) throw new Error(`there is no ${name}`);
  return commandHelp(command, { columns, styled: false });
}

describe("renderHelp()", () => {
  const sections = [
    {
      title: "OPTIONS",
      rows: [
        ["--rate N", "Messages per second"],
        ["--a-very-long-option NAME", "On a line of its own"],
      ],
    },
    { title: "EMPTY", rows: [] },
  ] as const;

  test("aligns the texts, wraps them to the columns of the terminal, and leaves empty sections out", () => {
    expect(renderHelp("Send all of the messages", sections, { columns: 40, styled: false })).toBe(
      `Send all of the messages

OPTIONS
  --rate N  Messages per second
  --a-very-long-option NAME
            On a line of its own
`,
    );
    expect(renderHelp("Send all of the messages", sections, { columns: 18, styled: false })).toStartWith("Send all of the\nmessages\n\n");
  });

  test("does not break a short default", () => {
    const rows = [["--rate N", "Messages per second [default: 100]"]] as const;
    expect(renderHelp("Send", [{ title: "OPTIONS", rows }], { columns: 45, styled: false })).toEndWith(
      "  --rate N  Messages per second\n            [default: 100]\n",
    );
  });

  test("prints headings in bold on a terminal", () => {
    expect(renderHelp("Send", sections, { columns: 80, styled: true })).toContain("\u{1B}[1mOPTIONS\u{1B}[22m\n");
  });
});

test("commandHelp() prints examples, the command's own options, then the common ones", async () => {
  expect(await helpOf("logs", null)).toMatchInlineSnapshot(`
    "Show the logs of the services

    USAGE
      streamctl logs [SERVICE] [options]

    EXAMPLES
      streamctl logs           Print the last 100 lines of each service
      streamctl logs kafka -f  Follow the log of Kafka

    ARGUMENTS
      SERVICE  kafka, zookeeper, pinot, flink, ksqldb, spark, beam, console or superset [default: all]

    OPTIONS
      -f, --follow   Print new lines as they are written, until interrupted
      -n, --lines N  Number of last lines to print per service [default: 100]

    COMMON OPTIONS
          --json           Print JSON
          --state-dir DIR  Folder for the state of the stack [default: .streamctl]
          --port-offset N  Number to add to every port, 0 to 56442 [default: as in the last up, or 0]
          --dir DIR        Folder with configuration from eject
      -q, --quiet          Print warnings and errors only
          --verbose        Print debug messages and causes of errors
      -h, --help           Print this help
          --version        Print the version
    "
  `);
});

describe.each(commandNames)("%s", (name) => {
  test("its help fits into 80 columns", async () => {
    const lines = (await helpOf(name, 80)).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("its examples are command lines without a mistake", async () => {
    const command = await loadCommand(name);
    for (const [line] of command?.examples ?? []) {
      const [program, ...argv] = [...line.matchAll(/"([^"]*)"|\S+/gu)].map(([word, quoted]) => quoted ?? word);
      const { command: named, mistake } = await readCommandLine(argv);
      expect([program, mistake, named === undefined]).toEqual(["streamctl", undefined, false]);
    }
  });
});

describe("helpOrVersion()", () => {
  test("answers --version and --help alone", () => {
    expect(helpOrVersion(["--version"], {})).toMatch(/^\d+\.\d+\.\d+\n$/u);
    for (const argv of [["--help"], ["-h"], ["help"]]) expect(helpOrVersion(argv, {})).toBe(rootHelp(pipe));
    for (const argv of [[], ["up"], ["up", "--help"], ["--help", "up"]]) expect(helpOrVersion(argv, {})).toBeUndefined();
  });

  test("lists every command in one group", () => {
    expect(commandGroups.flatMap(([, names]) => names).toSorted()).toEqual(commandNames.toSorted() as never);
  });
});
