/** Extracts the reason from the Java stack traces that engines return. */

const className = /^(?:[a-z_][\w$]*\.)+(?<simple>[A-Z][\w$]*):\s*/u;

/** Exceptions whose message is often only the name of the missing class, host or file. */
const namedOnly = /^(?:NoClassDefFoundError|ClassNotFoundException|UnknownHostException|NoSuchFileException|AccessDeniedException)$/u;

/**
 * The first line of the innermost cause that has a message, without the names of exception classes; for text that is not a stack trace,
 * its first line. At most 300 characters.
 */
export function innermostCause(trace: string): string {
  const lines = trace
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !/^at \S+\(.*\)$/u.test(line));
  const causes = lines.filter((line) => line.startsWith("Caused by:")).map((line) => withoutClassNames(line.slice("Caused by:".length)));
  const innermost = causes.findLast((cause) => cause !== "");
  return shorten(innermost ?? lines.map(withoutClassNames).find((line) => line !== "") ?? "no reason given");
}

/** Qualified class names of the exceptions in a stack trace, the outermost first. */
export function exceptionClasses(trace: string): readonly string[] {
  return [...trace.matchAll(thrownClass)].map(({ groups }) => groups?.["name"] ?? "");
}

/** At the beginning of a line, alone or before the message, as `Throwable.printStackTrace()` writes it. */
const thrownClass = /^(?:Caused by:\s*)?(?<name>(?:[a-z_][\w$]*\.)+[A-Z][\w$]*)(?=:|\s*$)/gmu;

function withoutClassNames(line: string): string {
  let rest = line.trim();
  let thrown = "";
  for (let match = className.exec(rest); match !== null; match = className.exec(rest)) {
    thrown = match.groups?.["simple"] ?? "";
    rest = rest.slice(match[0].length);
  }
  // Keep the exception's name where the message is only the name of a class, file or host.
  if (namedOnly.test(thrown) && !/\s/u.test(rest)) return `${thrown}: ${rest}`;
  // A class name without a message is not a reason.
  return /^(?:[a-z_][\w$]*\.)+[A-Z][\w$]*$/u.test(rest) ? "" : rest;
}

function shorten(line: string): string {
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
