/** A service's data in a volume, looked at from inside its container: the volume need not be on this machine, nor readable here. */

import { containerFolders } from "./image.ts";
import type { ServiceData } from "../runtime.ts";

/** @param run carries out a command inside the container and answers its output; throws where it fails */
export function containerData(run: (args: readonly string[]) => Promise<string>): ServiceData {
  const { dataDir: root } = containerFolders;
  // Arguments are the script's own ($1, $2), never part of its text.
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
    read: async (path) => {
      const answer = await script('[ ! -e "$1" ] || { echo it is there; cat "$1"; }', `${root}/${path}`);
      return answer === "" ? undefined : answer.slice(answer.indexOf("\n") + 1);
    },
    remove: async (paths) => {
      if (paths.length > 0) await script('cd "$1" && shift && rm -rf -- "$@"', root, ...paths);
    },
  };
}
