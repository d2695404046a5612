import { type Problem, problemSchema } from '@filmwright/contracts';

/**
 * Passes on what a runner writes, but for the line of its log that says why it ends where `onEnd` takes it, to say it to people instead.
 * A line of a log is passed on once it is whole.
 */
export function passAllButEnd(write: (text: string) => void, onEnd: (problem: Problem) => boolean): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = `${rest}${text}`.split(/(?<=\n)/);
    const last = lines.at(-1) ?? '';
    rest = last.startsWith('{') && !last.endsWith('\n') ? (lines.pop() ?? '') : '';
    const passed = lines.filter((line) => {
      const problem = endOf(line);
      return problem === null || !onEnd(problem);
    });
    write(passed.join(''));
  };
}

/** Why a runner ends, where a line says that. */
function endOf(line: string): Problem | null {
  if (!line.startsWith('{"level":')) return null;
  try {
    const { msg, problem } = JSON.parse(line) as { readonly msg?: unknown; readonly problem?: unknown };
    return msg === 'runner ends' ? (problemSchema.safeParse(problem).data ?? null) : null;
  } catch {
    return null;
  }
}
