import { expect, test } from "bun:test";
import { exitCodeOf, renderError } from "../../../src/cli/render/error.ts";
import { errorDocument } from "../../../src/core/error-document.ts";
import { errorCodes, StreamctlError } from "../../../src/core/errors.ts";

const portTaken = new StreamctlError("port-taken", 'Cannot start "kafka": port 9092 is taken by java (pid 4711)', {
  hint: "streamctl up --port-offset 100",
});

test("renderError() is one line for the message and one for the hint", () => {
  expect(renderError(portTaken, { verbose: false })).toMatchInlineSnapshot(`
    "error: Cannot start "kafka": port 9092 is taken by java (pid 4711)
    hint: streamctl up --port-offset 100
    "
  `);
});

test("renderError() prints the detail between the two lines, with control characters escaped", () => {
  const error = new StreamctlError("service-failed", 'Cannot start "pinot":\n it stopped', {
    hint: "streamctl logs pinot",
    detail: "one\r\n\u001b[31mtwo\n",
  });
  expect(renderError(error, { verbose: false })).toMatchInlineSnapshot(`
    "error: Cannot start "pinot": it stopped
        one
        \\u001b[31mtwo
    hint: streamctl logs pinot
    "
  `);
});

test("renderError() shows the causes with --verbose only", () => {
  const cause = new StreamctlError("kafka", "Cannot read metadata: broker transport failure", { detail: "rdkafka#1", cause: "no route" });
  const error = new StreamctlError("unreachable", 'Cannot reach "127.0.0.1:9092": no answer', { cause });
  expect(renderError(error, { verbose: false })).toMatchInlineSnapshot(`
    "error: Cannot reach "127.0.0.1:9092": no answer
    "
  `);
  expect(renderError(error, { verbose: true })).toMatchInlineSnapshot(`
    "error: Cannot reach "127.0.0.1:9092": no answer
    caused by: StreamctlError: Cannot read metadata: broker transport failure
        rdkafka#1
    caused by: no route
    "
  `);
});

test("renderError() handles a cycle of causes", () => {
  const error = new Error("a");
  error.cause = error;
  delete error.stack;
  expect(renderError(new StreamctlError("internal", "b", { cause: error }), { verbose: true })).toBe("error: b\ncaused by: Error: a\n");
});

test("errorDocument() has code, message and hint, which may be null", () => {
  expect(errorDocument(portTaken)).toEqual({
    error: { code: "port-taken", message: portTaken.message, hint: "streamctl up --port-offset 100" },
  });
  expect(errorDocument(new StreamctlError("interrupted", "Interrupted"))).toEqual({
    error: { code: "interrupted", message: "Interrupted", hint: null },
  });
  expect(errorDocument(new TypeError("x is undefined")).error.code).toBe("internal");
});

test("exitCodeOf() is 2 for a wrong command line, 130 for an interruption and 1 for everything else", () => {
  const others = errorCodes.filter((code) => exitCodeOf(new StreamctlError(code, "")) !== 1);
  expect(others).toEqual(["usage", "not-available", "interrupted"]);
  expect(others.map((code) => exitCodeOf(new StreamctlError(code, "")))).toEqual([2, 2, 130]);
  expect(exitCodeOf(new Error("unforeseen"))).toBe(1);
});

test("errorDocument() does not report errors of the file system as a defect", () => {
  const refused = (code: string) => Object.assign(new Error(`${code}: open`), { code, path: "/data/run.json" });
  const hint = "Fix this, or use another folder: --state-dir DIR";
  expect(errorDocument(refused("EACCES"))).toEqual({
    error: { code: "state", message: 'Cannot use "/data/run.json": permission denied', hint },
  });
  expect(errorDocument(refused("ENOSPC"))).toEqual({
    error: { code: "no-space", message: 'Cannot use "/data/run.json": no space left on the disk', hint },
  });
  expect(errorDocument(Object.assign(new Error("ENOSPC: write"), { code: "ENOSPC" })).error).toMatchObject({
    code: "no-space",
    message: "Cannot write a file: no space left on the disk",
  });
  expect(errorDocument(Object.assign(refused("ENOENT"), { syscall: "mkdir", path: "/proc/a" }))).toEqual({
    error: { code: "state", message: 'Cannot use "/proc/a": a folder cannot be created there', hint },
  });
  expect(errorDocument(refused("ENOENT")).error.code).toBe("internal");
  expect(errorDocument(refused("EBADF")).error.code).toBe("internal");
});
