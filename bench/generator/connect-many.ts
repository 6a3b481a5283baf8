/** Below the limits that routers have by default on connections of one address that have not joined yet. */
const CONNECT_AT_ONCE = 10;

/** Does `connect` for each item, a few at a time, and answers what it answered in the order of the items. */
export async function connectMany<Item, Connected>(
  items: readonly Item[],
  connect: (item: Item) => Promise<Connected>,
): Promise<readonly Connected[]> {
  const connected: Connected[] = [];
  while (connected.length < items.length) {
    const next = items.slice(connected.length, connected.length + CONNECT_AT_ONCE);
    connected.push(...(await Promise.all(next.map(connect))));
  }
  return connected;
}
