/** Does `work` for every item, `lanes` at once; after a failure nothing new is begun, what runs is waited for, and the first failure is thrown. */
export async function inLanes<Item>(
  items: Iterable<Item>,
  { lanes, work }: { readonly lanes: number; readonly work: (item: Item) => Promise<void> },
): Promise<void> {
  const left = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let next = left.next(); failures.length === 0 && !next.done; next = left.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}
