/** Recorded answers of real engines, for fakes and tests. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Exchange {
  /** Such as `GET /jobs/overview`. */
  readonly request: string;
  readonly body: string;
  readonly status: number;
  readonly text: string;
}

/** @param path such as `flink-2.3.0/created.http` */
export function recording(path: string): readonly Exchange[] {
  const text = readFileSync(join(import.meta.dir, "../fixtures/recorded", path), "utf8");
  return text
    .split(/^### /mu)
    .slice(1)
    .map((block) => {
      const match = /^(?<request>[^\n]*)\n(?<body>[\s\S]*?)\n?--> (?<status>\d+)\n(?<text>[\s\S]*)$/u.exec(block);
      const { request = "", body = "", status = "0", text: answer = "" } = match?.groups ?? {};
      return { request, body, status: Number(status), text: answer.trim() };
    });
}

/** The answer to the first recorded request that `pattern` matches and whose answer `answer` matches. */
export function recordedAnswer(path: string, pattern: RegExp, answer = /(?:)/u): Exchange {
  const found = recording(path).find((exchange) => pattern.test(exchange.request) && answer.test(exchange.text));
  if (found === undefined) throw new Error(`No recorded answer to ${String(pattern)} in ${path}`);
  return found;
}

/** The one exchange of a file as it went over the wire. @param path such as `ksqldb-0.29.0/147-terminate-lowercase.http` */
export function recordedExchange(path: string): Exchange {
  const whole = readFileSync(join(import.meta.dir, "../fixtures/recorded", path), "utf8");
  const [request = "", answer = ""] = whole.split(/^--- response[^\n]*\n/mu);
  const [head = "", ...body] = request.split("\n\n");
  const [answerHead = "", ...text] = answer.split("\n\n");
  return {
    request: head.split("\n")[0]?.replace(/ HTTP\/1\.1$/u, "") ?? "",
    body: body.join("\n\n").trim(),
    status: Number(/^HTTP\/1\.1 (\d+)/u.exec(answerHead)?.[1]),
    text: text.join("\n\n").trim(),
  };
}
