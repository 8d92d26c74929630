/** Number of requests to Kafka at the same time: each has a client of its own. */
const mostRequests = 4;

/** Calls `work` for each item, a few at a time; results are in the order of the items. */
export async function mapInTurns<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (let from = 0; from < items.length; from += mostRequests) {
    results.push(...(await Promise.all(items.slice(from, from + mostRequests).map(work))));
  }
  return results;
}
