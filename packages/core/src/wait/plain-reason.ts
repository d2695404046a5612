/** What the scheduler says of a wait, in words for people who know nothing of it; a small letter begins it and no dot ends it. */
export function plainReason(reason: string): string {
  for (const [pattern, say] of patterns) {
    const found = pattern.exec(reason);
    if (found !== null) return say(found);
  }
  return reason;
}

/** The same of a wait that is over. */
export function pastReason(reason: string): string {
  return past.reduce((text, [now, then]) => text.replace(now, then), plainReason(reason));
}

const past: readonly (readonly [RegExp, string])[] = [
  [/ is busy$/, ' was busy'],
  [/ are busy$/, ' were busy'],
  [/ are about to leave$/, ' were about to leave'],
  [/^no runner offers /, 'no runner offered '],
  [/^no runner has /, 'no runner had '],
  [/^(no runner that can do it) is in /, '$1 was in '],
  [/^its workspace runs (\d+) of the (\d+) tasks that it may at once$/, 'its workspace ran $1 of the $2 tasks that it may at once'],
  [/ goe?s? before it$/, ' went before it'],
  [/^it is about to begin$/, 'it was about to begin'],
  [/ beats /, ' beat '],
];

const patterns: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/^all (\d+) (slots|devices) that can are busy$/, ([, count, what]) => busy(Number(count), what === 'slots' ? 'place' : 'GPU')],
  [/^no runner offers ([a-z-]+) (\d+)( \(.*\))?$/, ([, kind, version]) => `no runner offers what it needs (${kind}, version ${version})`],
  [/^no runner that can is in (.*)$/, ([, place]) => `no runner that can do it is in ${place}`],
  [/^all runners that can are draining$/, () => 'all runners that can do it are about to leave'],
  [/^no runner has (\d+) GiB on a device$/, ([, gib]) => `no runner has a GPU with ${gib} GiB`],
  [/^no runner has (\d+) devices$/, ([, count]) => `no runner has ${count} GPUs`],
  [
    /^its workspace runs (\d+) of at most (\d+) tasks$/,
    ([, now, most]) => `its workspace runs ${now} of the ${most} tasks that it may at once`,
  ],
  [/^(\d+) tasks? goe?s? before it$/, ([, count]) => `${count} ${count === '1' ? 'task goes' : 'tasks go'} before it`],
  [/^it is tried again (in \d+ s|soon)$/, ([, when]) => `a try came to nothing, and it is tried again ${when}`],
];

function busy(count: number, what: string): string {
  return count === 1 ? `the one ${what} that can do it is busy` : `all ${count} ${what}s that can do it are busy`;
}
