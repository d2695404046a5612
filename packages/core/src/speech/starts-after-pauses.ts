import type { Token, TokenTime } from '@filmwright/contracts';

/** When the words start, in ms from the line's start, that follow a pause: the first, those after a comma or a sentence, and those after 150 ms of nothing. */
export function startsAfterPauses(tokens: readonly Token[], times: readonly TokenTime[]): readonly number[] {
  const starts: number[] = [];
  let pause = true;
  let endMs = 0;
  for (const [at, token] of tokens.entries()) {
    const time = times[at] ?? null;
    if (time !== null) {
      if (pause || time.startMs - endMs >= 150) starts.push(time.startMs);
      endMs = time.endMs;
      pause = false;
    }
    pause ||= token.pauseAfter !== 'none';
  }
  return starts;
}
