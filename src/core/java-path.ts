/**
 * The part of a path that Java misreads, undefined where there is none: ":" separates the entries of a class path, "!/" ends the path of a
 * jar in a `jar:` URL.
 */
export function unreadableByJava(path: string): string | undefined {
  return [":", "!/"].find((odd) => `${path}/`.includes(odd));
}
