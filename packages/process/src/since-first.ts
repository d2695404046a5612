/** Tells of totals that somebody else counts what came since they were read first, for counters of this process; where that one began anew, nothing of the last stretch. */
export function sinceFirst(): (name: string, total: number) => number {
  const read = new Map<string, number>();
  return (name, total) => {
    const before = read.get(name) ?? total;
    read.set(name, total);
    return Math.max(0, total - before);
  };
}
