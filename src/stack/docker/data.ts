/** Access to a service's data in a volume through its container: the volume may be on another machine, or not readable by this user. */

import { containerFolders } from "./image.ts";
import type { ServiceData } from "../runtime.ts";

/** @param run runs a command inside the container and returns its output; throws when it fails */
export function containerData(run: (args: readonly string[]) => Promise<string>): ServiceData {
  const { dataDir: root } = containerFolders;
  // Arguments are passed as $1, $2, …, never inserted into the script's text.
  const script = async (text: string, ...args: readonly string[]): Promise<string> => await run(["sh", "-c", text, "sh", ...args]);
  const lines = async (text: string, ...args: readonly string[]): Promise<readonly string[]> =>
    (await script(text, ...args)).split("\n").filter((line) => line !== "");
  return {
    root,
    list: async (folder) => await lines('cd "$1" 2>/dev/null || exit 0; ls -1A', `${root}/${folder}`),
    find: async (folder, fileName) => {
      const found = await lines('cd "$1" 2>/dev/null || exit 0; find . -name "$2" -printf "%T@ %P\\n"', `${root}/${folder}`, fileName);
      return found.map((line) => {
        const blank = line.indexOf(" ");
        return { path: line.slice(blank + 1), modifiedAtMs: Number(line.slice(0, blank)) * 1000 };
      });
    },
    sizes: async (folder) => {
      const found = await lines('cd "$1" 2>/dev/null || exit 0; du -sk -- * 2>/dev/null || true', `${root}/${folder}`);
      return new Map(
        found.map((line) => {
          const [kibibytes, name = ""] = line.split("\t");
          return [name, Number(kibibytes) * 1024];
        }),
      );
    },
    read: async (path) => {
      const answer = await script('[ ! -e "$1" ] || { echo it is there; cat "$1"; }', `${root}/${path}`);
      return answer === "" ? undefined : answer.slice(answer.indexOf("\n") + 1);
    },
    remove: async (paths) => {
      if (paths.length > 0) await script('cd "$1" && shift && rm -rf -- "$@"', root, ...paths);
    },
  };
}
