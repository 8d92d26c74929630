import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { joinNames } from "../../core/list.ts";
import { type QueryFormat, queryFormats, renderQuery } from "../render/query.ts";
import { runRepeatedly } from "../watch.ts";
import { StreamctlError, whyUnreadable } from "../../core/errors.ts";
import { duration, refuse, wholeNumber } from "../../core/option-text.ts";
import { throwIfInterrupted } from "../../core/wait.ts";
import { processorNames, processorOf, queryEngines } from "../../processors/catalog.ts";
import { windowsTable } from "../../spec/names.ts";

const exampleQuery = `streamctl query "select * from ${windowsTable} limit 20"`;

/** Pinot, and the processors that support queries. */
const engines = ["pinot", ...queryEngines];

const args = {
  sql: { type: "positional", required: false, description: "The statement [default: read from standard input]" },
  file: { type: "string", alias: "f", valueHint: "FILE", description: "Read the statement from FILE" },
  output: {
    type: "string",
    alias: "o",
    valueHint: "FORMAT",
    description: `Output format: ${joinNames(queryFormats, "or")} [default: table]`,
  },
  engine: { type: "string", valueHint: "NAME", description: `Engine that runs the query: ${joinNames(engines, "or")} [default: pinot]` },
  watch: { type: "string", valueHint: "DURATION", description: "Repeat the query at intervals of DURATION until interrupted" },
  limit: { type: "string", valueHint: "N", description: "Print at most N rows" },
} as const satisfies ArgsDef;

export const queryCommand = defineCommand({
  name: "query",
  args,
  examples: [
    [exampleQuery, "Print 20 windows"],
    ["streamctl query -f report.sql -o csv", "Run the statement of a file, print CSV"],
    [`streamctl query "select count(*) from ${windowsTable}" --watch 1s`, "Print the number of windows every second"],
  ],
  run: async (typed, context) => {
    const format = resolveFormat(typed.output, context);
    const watchMs = typed.watch === undefined ? undefined : duration("--watch", typed.watch, 100);
    const limit = typed.limit === undefined ? undefined : wholeNumber("--limit", typed.limit, 1);
    const engine = resolveEngine(typed.engine);
    const sql = await readStatement(typed.sql, typed.file, context.signal);
    if (engine !== "pinot") {
      const { runProcessorQuery } = await import("../processor-query.ts");
      return await runProcessorQuery({ engine, sql, format, limit, watchMs }, context);
    }
    const { query } = await import("../../pipeline/query.ts");
    const { pipelineContext } = await import("../pipeline-context.ts");
    const { outputColumns: width, write } = context.terminal;
    const run = async (): Promise<0> => {
      const answer = await query({ sql, limit, portOffset: context.globals.portOffset }, pipelineContext(context));
      const clear = watchMs !== undefined && width !== null && format === "table" ? "\u{1B}[H\u{1B}[2J" : "";
      await write(clear + renderQuery(answer, { format, width }));
      for (const { message } of answer.warnings) context.log.warn(message);
      return 0;
    };
    return await runRepeatedly(run, watchMs, context);
  },
});

function resolveFormat(output: string | undefined, { globals }: CliContext): QueryFormat {
  if (output === undefined) return globals.json ? "json" : "table";
  const format = queryFormats.find((name) => name === output);
  if (format === undefined) {
    throw refuse("-o", output, "not an output format", `Formats: ${queryFormats.join(", ")}`);
  }
  return format;
}

function resolveEngine(engine = "pinot"): string {
  if (engines.includes(engine)) return engine;
  if (processorNames.includes(engine)) {
    throw refuse("--engine", engine, `${processorOf(engine).label} answers no queries`, `Its windows are in Pinot. Run: ${exampleQuery}`);
  }
  throw refuse("--engine", engine, "not a query engine", `Engines: ${engines.join(", ")}`);
}

/** Reads the statement from the command line, the file of `-f`, or standard input. @throws StreamctlError `usage` if it is empty */
async function readStatement(word: string | undefined, file: string | undefined, signal: AbortSignal): Promise<string> {
  if (word !== undefined && file !== undefined) {
    throw new StreamctlError("usage", "Cannot use -f together with a statement", {
      hint: "Remove one of them",
    });
  }
  const sql = word ?? (file === undefined ? await readStandardInput(signal) : await readStatementFile(file));
  // Pinot rejects a trailing semicolon.
  const statement = sql.trim().replace(/;$/u, "").trim();
  if (statement !== "") return statement;
  throw new StreamctlError("usage", "The statement is empty", {
    hint: `Run: ${exampleQuery}`,
  });
}

async function readStatementFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new StreamctlError("usage", `Cannot read "${file}": ${whyUnreadable(error)}`, {
      cause: error,
      hint: "Write: -f FILE, where FILE is a readable file",
    });
  }
}

async function readStandardInput(signal: AbortSignal): Promise<string> {
  if (process.stdin.isTTY) {
    throw new StreamctlError("usage", "No statement given", {
      hint: `Run: ${exampleQuery}`,
    });
  }
  throwIfInterrupted(signal);
  const interrupted = new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve(""), { once: true }));
  const text = await Promise.race([readAll(process.stdin), interrupted]);
  throwIfInterrupted(signal);
  return text;
}
