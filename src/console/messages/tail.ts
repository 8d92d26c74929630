import type { TailEvent } from "../api.ts";
export async function* tailMessages(_c: { brokers: string }, _q: object, _o: { signal: AbortSignal }): AsyncGenerator<TailEvent> {}
