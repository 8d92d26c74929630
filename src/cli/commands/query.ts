import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { type QueryFormat, queryFormats, renderQuery } from "../render/query.ts";
import { askAndWatch } from "../watch.ts";
import { messageOf, StreamctlError } from "../../core/errors.ts";
import { duration, wholeNumber } from "../../core/option-text.ts";
import { throwIfInterrupted } from "../../core/wait.ts";
import { queryEngines } from "../../processors/catalog.ts";
import { windowsTable } from "../../spec/names.ts";

const exampleHint = `Type: streamctl query "select * from ${windowsTable} limit 20"`;

/** Pinot, and the processors that take queries of their own. */
const engines = ["pinot", ...queryEngines];

const args = {
  sql: { type: "positional", required: false, description: "The statement; without it, -f FILE or standard input is read" },
  file: { type: "string", alias: "f", valueHint: "FILE", description: "Read the statement from a file" },
  output: { type: "string", alias: "o", valueHint: queryFormats.join("|"), description: "Form of the answer (default: table)" },
  engine: { type: "string", valueHint: engines.join("|"), description: "Who answers (default: pinot)" },
  watch: { type: "string", valueHint: "1s", description: "Ask again and again, until interrupted" },
  limit: { type: "string", valueHint: "N", description: "Show at most N rows" },
} as const satisfies ArgsDef;

export const queryCommand = defineCommand({
  name: "query",
  args,
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
    const ask = async (): Promise<0> => {
      const answer = await query({ sql, limit, portOffset: context.globals.portOffset }, pipelineContext(context));
      const clear = watchMs !== undefined && width !== null && format === "table" ? "\u{1B}[H\u{1B}[2J" : "";
      await write(clear + renderQuery(answer, { format, width }));
      for (const { message } of answer.warnings) context.log.warn(message);
      return 0;
    };
    return await askAndWatch(ask, watchMs, context);
  },
});

function resolveFormat(output: string | undefined, { globals }: CliContext): QueryFormat {
  if (output === undefined) return globals.json ? "json" : "table";
  const format = queryFormats.find((name) => name === output);
  if (format === undefined) {
    throw new StreamctlError("usage", `Cannot use "${output}" for -o: no such form`, { hint: `Forms: ${queryFormats.join(", ")}` });
  }
  return format;
}

function resolveEngine(engine = "pinot"): string {
  if (engines.includes(engine)) return engine;
  throw new StreamctlError("usage", `Cannot use "${engine}" for --engine: no such engine`, { hint: `Engines: ${engines.join(", ")}` });
}

/** The statement of the command line, of `-f`, or of standard input; whatever it is, it must hold something. */
async function readStatement(word: string | undefined, file: string | undefined, signal: AbortSignal): Promise<string> {
  if (word !== undefined && file !== undefined) {
    throw new StreamctlError("usage", "Cannot take both a statement and -f: which one to run is not clear", {
      hint: "Leave one of them out",
    });
  }
  const sql = word ?? (file === undefined ? await readStandardInput(signal) : await readStatementFile(file));
  // Pinot takes one statement and refuses its semicolon.
  const statement = sql.trim().replace(/;$/u, "").trim();
  if (statement !== "") return statement;
  throw new StreamctlError("usage", "Cannot run an empty statement", {
    hint: exampleHint,
  });
}

async function readStatementFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new StreamctlError("usage", `Cannot read "${file}": ${messageOf(error)}`, { cause: error, hint: "Give -f a readable file" });
  }
}

async function readStandardInput(signal: AbortSignal): Promise<string> {
  if (process.stdin.isTTY) {
    throw new StreamctlError("usage", "Cannot run a query: no statement was typed", {
      hint: exampleHint,
    });
  }
  throwIfInterrupted(signal);
  const interrupted = new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve(""), { once: true }));
  const text = await Promise.race([readAll(process.stdin), interrupted]);
  throwIfInterrupted(signal);
  return text;
}
