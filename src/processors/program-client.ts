/** Client of the HTTP interface of a program that computes windows (`config/program/ControlServer.java`). */

import { StreamctlError } from "../core/errors.ts";
import { exchange } from "../core/http.ts";
import { arrayAt, at, isObject, numberAt, stringAt } from "../core/json.ts";
import { remainingMs, type StepDeadline } from "../core/step-deadline.ts";
import type { SpecDocument } from "../spec/spec-document.ts";
import type { ComputationView, PartitionProgress } from "./plugin.ts";
import type { ProcessorIdentity } from "./processor.ts";

export interface ProgramRequest {
  readonly name: string;
  readonly identity: ProcessorIdentity;
  /** Kafka's bootstrap servers as seen by the program. */
  readonly brokers: string;
  /** Absolute path of the checkpoints, as seen by the program. */
  readonly checkpoints: string;
  readonly spec: SpecDocument;
}

/** A computation, as the program reports it. */
export interface ProgramComputation {
  /** Of this run: another one of the same name has another id. */
  readonly id: string;
  readonly name: string;
  /** Undefined if streamctl did not start it. */
  readonly identity: ProcessorIdentity | undefined;
  readonly state: string;
  readonly startedAtMs: number;
  /** When it last wrote a checkpoint; undefined before the first. */
  readonly lastProgressAtMs: number | undefined;
  readonly failures: number;
  readonly lastFailure: { readonly atMs: number; readonly message: string } | undefined;
  readonly positions: readonly PartitionProgress[];
  readonly facts: ComputationView["facts"];
}

/** Where a program listens, and its name in messages. */
export interface ProgramAddress {
  /** URL without a trailing slash. */
  readonly controlUrl: string;
  /** Name of the service, for hints. */
  readonly service: string;
  readonly label: string;
}

/** @throws StreamctlError `unreachable`, `processor`, `interrupted` */
export async function listComputations(program: ProgramAddress, deadline: StepDeadline): Promise<readonly ProgramComputation[]> {
  return arrayAt(await ask(program, "GET", "", deadline)).map((document) => ({
    id: stringAt(document, "id") ?? "",
    name: stringAt(document, "name") ?? "",
    identity: identityIn(at(document, "identity")),
    state: stringAt(document, "state") ?? "",
    startedAtMs: numberAt(document, "startedAtMs") ?? 0,
    lastProgressAtMs: numberAt(document, "lastProgressAtMs"),
    failures: numberAt(document, "failures") ?? 0,
    lastFailure: failureIn(at(document, "lastFailure")),
    positions: arrayAt(document, "positions").flatMap(positionIn),
    facts: factsIn(at(document, "facts")),
  }));
}

/** Checks a computation without running it. @throws StreamctlError `processor` if the program would refuse it, `unreachable`, `interrupted` */
export async function validateComputation(program: ProgramAddress, request: ProgramRequest, deadline: StepDeadline): Promise<void> {
  await ask(program, "POST", "?validate", deadline, request);
}

/** Returns once it runs. @throws StreamctlError as {@link validateComputation} */
export async function startComputation(program: ProgramAddress, request: ProgramRequest, deadline: StepDeadline): Promise<void> {
  await ask(program, "POST", "", deadline, request);
}

/** Returns once it has ended; does nothing if it does not run. @throws StreamctlError `processor`, `unreachable`, `interrupted` */
export async function stopComputation(program: ProgramAddress, name: string, deadline: StepDeadline): Promise<void> {
  await ask(program, "DELETE", `/${name}`, deadline);
}

async function ask(
  { controlUrl, service, label }: ProgramAddress,
  method: "GET" | "POST" | "DELETE",
  path: string,
  deadline: StepDeadline,
  body?: ProgramRequest,
): Promise<unknown> {
  const { status, json } = await exchange(`${controlUrl}/computations${path}`, {
    method,
    signal: deadline.signal,
    timeoutMs: remainingMs(deadline),
    ...(body === undefined ? {} : { body }),
  });
  if (status === 200) return json;
  const verb = { GET: "list", POST: "start", DELETE: "stop" }[method];
  throw new StreamctlError("processor", `Cannot ${verb} the computation in ${label}: ${stringAt(json, "error") ?? `status ${status}`}`, {
    hint: `Run: streamctl logs ${service}`,
    facts: { engine: service, status },
  });
}

function identityIn(document: unknown): ProcessorIdentity | undefined {
  const statements = stringAt(document, "statements");
  const transactionsTopicId = stringAt(document, "transactionsTopicId");
  const windowsTopicId = stringAt(document, "windowsTopicId");
  if (statements === undefined || transactionsTopicId === undefined || windowsTopicId === undefined) return undefined;
  return { statements, transactionsTopicId, windowsTopicId };
}

function failureIn(document: unknown): ProgramComputation["lastFailure"] {
  const [atMs, message] = [numberAt(document, "atMs"), stringAt(document, "message")];
  return atMs === undefined || message === undefined ? undefined : { atMs, message };
}

function positionIn(document: unknown): readonly PartitionProgress[] {
  const [topic, partition, nextOffset] = [stringAt(document, "topic"), numberAt(document, "partition"), numberAt(document, "nextOffset")];
  return topic === undefined || partition === undefined || nextOffset === undefined ? [] : [{ topic, partition, nextOffset }];
}

function factsIn(document: unknown): ComputationView["facts"] {
  const entries = isObject(document) ? Object.entries(document) : [];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === "string" || typeof value === "number" ? [[name, value]] : [])),
  );
}
