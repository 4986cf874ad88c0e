/** Does `work` for every item, at most `limit` at the same time. */
export async function eachOf<Item>(items: Iterable<Item>, limit: number, work: (item: Item) => Promise<void>) {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
