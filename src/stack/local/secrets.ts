/** Secrets of services, such as passwords: files with random text that only the user can read. */

import { randomBytes } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readIfExists, writeDurably } from "../../core/files.ts";
import type { ServiceDefinition } from "../service.ts";
import type { StateFolder } from "../../state/state-folder.ts";

/** Creates the missing secrets of a service, and returns all of them. A file that the user has edited is kept. */
export async function provideSecrets(
  { name, process: program }: Pick<ServiceDefinition, "name" | "process">,
  folder: StateFolder,
): Promise<readonly string[]> {
  const names = program.kind === "python" ? program.secrets : [];
  if (names.length === 0) return [];
  const secretDir = folder.secretDir(name);
  await mkdir(secretDir, { recursive: true, mode: 0o700 });
  await chmod(secretDir, 0o700);
  return await Promise.all(
    names.map(async (file) => {
      const path = join(secretDir, file);
      const known = (await readIfExists(path))?.trim();
      if (known !== undefined && known !== "") return known;
      const secret = randomBytes(24).toString("base64url");
      await writeDurably(path, `${secret}\n`, 0o600);
      return secret;
    }),
  );
}
