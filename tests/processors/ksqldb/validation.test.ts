import { expect, test } from "bun:test";
import { assetPaths, readAsset } from "../../../src/core/assets.ts";
import { type Declared, readDeclared } from "../../../src/processors/ksqldb/declarations.ts";
import { namingOf } from "../../../src/processors/ksqldb/naming.ts";
import type { ObjectStep } from "../../../src/processors/ksqldb/plan.ts";
import { validateSteps } from "../../../src/processors/ksqldb/validation.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { failureOf } from "../failure.ts";
import { listen, startScriptedKsqldb } from "./fake-ksqldb-script.ts";

const declared = readDeclared(
  { paths: assetPaths, read: readAsset },
  {
    transactions: { name: "transactions", id: "t1" },
    transactionsPartitions: 3,
    windows: { name: "window_transactions", id: "w1" },
    naming: namingOf(undefined),
  },
  { computation: "streamctl:q:t1:w1", paidTransactionsTopic: "streamctl-paid_transactions-0" },
);
const create = (one: Declared): ObjectStep => ({ operation: "create", declared: one, cause: "it does not exist" });

async function validate(answer: object) {
  await using server = await startScriptedKsqldb([{ status: 400, text: JSON.stringify(answer) }]);
  return await failureOf(validateSteps(server.url, declared.map(create), [], stepDeadline(5000)));
}

test("validateSteps() finds the file of a rejected statement, in any form in which ksqlDB repeats it", async () => {
  const refusal = { error_code: 40001, message: "Failed to prepare statement: Invalid config variable(s): FOO" };
  const asPosted = "\n  create  TABLE window_transactions WITH (FOO=1) AS SELECT 1 FROM a;";
  const asWritten = "CREATE STREAM `PAID_TRANSACTIONS` WITH (FOO=1) AS SELECT 1\nFROM A;";
  expect(await validate({ ...refusal, statementText: asPosted })).toMatchObject({
    code: "processor",
    message: 'Cannot run "ksql/03-window_transactions.sql:4": Invalid config variable(s): FOO',
  });
  expect(await validate({ ...refusal, statementText: asWritten })).toMatchObject({
    message: 'Cannot run "ksql/02-paid_transactions.sql:3": Invalid config variable(s): FOO',
  });
});

test.each([
  ["in the conditions that the placeholder stands for", "XDigit", "WHERE {{countedTransactions}}"],
  ["behind them", "EMIT CHANGES", "EMIT CHANGES"],
])("validateSteps() reports the line of the file for an error %s", async (_, rendered, text) => {
  const file = "ksql/02-paid_transactions.sql";
  const request = declared.map(({ statement }) => statement.text).join("\n;\n");
  const message = `line ${lineOf(request, rendered)}:3: Syntax Error\nSyntax error at or near 'X'`;
  expect(await validate({ error_code: 40001, message })).toMatchObject({
    message: `Cannot run "${file}:${lineOf(readAsset(file), text)}": Syntax error at or near 'X'`,
  });
});

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split("\n").length;
}

test("validateSteps() finds a rejected statement that ksqlDB does not name by adding one statement at a time", async () => {
  const reason = "Cannot use these formats here";
  const read: number[] = [];
  const server = await listen((_, body) => {
    read.push(body.split("CREATE ").length - 1);
    const never = /STREAMCTL_NEVER_\w+/u.exec(body)?.[0] ?? "";
    const message = body.includes("paid_transactions") ? reason : `Could not find STREAM/TABLE '${never}' in the Metastore`;
    return { status: 400, text: JSON.stringify({ error_code: 40000, message }) };
  });
  try {
    expect(await failureOf(validateSteps(server.url, declared.map(create), [], stepDeadline(5000)))).toMatchObject({
      message: `Cannot run "ksql/02-paid_transactions.sql:3": ${reason}`,
    });
    expect(read).toEqual([3, 1, 2]);
  } finally {
    await server.close();
  }
});
