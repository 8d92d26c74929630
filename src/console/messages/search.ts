import type { MessageRow, SearchEvent } from "../api.ts";
import type { MessageQuery } from "./types.ts";
export async function* searchMessages(
  _c: { brokers: string },
  _q: MessageQuery,
  _o: { signal: AbortSignal },
): AsyncGenerator<SearchEvent> {}
export async function readMessage(_c: { brokers: string }, _p: object, _o: object): Promise<MessageRow | undefined> {
  return undefined;
}
