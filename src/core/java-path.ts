/** What ends a path in a list of them (":"), or in the address of a file inside a jar; undefined for a path that has none of it. */
export function unreadableByJava(path: string): string | undefined {
  return [":", "!/"].find((odd) => `${path}/`.includes(odd));
}
