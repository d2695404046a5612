/** How many turns others have while something is done. */
export async function countTurns(done: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const turn = (): NodeJS.Immediate =>
    setImmediate(() => {
      turns++;
      next = turn();
    });
  let next = turn();
  try {
    await done();
  } finally {
    clearImmediate(next);
  }
  return turns;
}
