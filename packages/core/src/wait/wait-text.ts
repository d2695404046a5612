import type { BuildWait } from '@filmwright/contracts';

/** Why a film does not go on just now and until when, in a sentence; null while it goes on. `untilMs` tells how far off an instant (ISO 8601) is. */
export function waitText(wait: BuildWait | undefined, untilMs: (iso: string) => number): string | null {
  const first = wait?.reasons[0];
  if (wait === undefined || first === undefined) return null;
  const stuck = first.expectedStartAt === null;
  if (wait.running > 0) return stuck ? `${count(first.tasks)} of it cannot go on: ${first.reason}.` : null;
  if (stuck || wait.expectedStartAt === null) return `${asSentence(first.reason)}. Nobody can say yet when it goes on.`;
  const startsIn = inAbout(untilMs(wait.expectedStartAt));
  const start = `${asSentence(first.reason)}; it goes on ${startsIn}`;
  if (wait.expectedEndAt === null) return `${start}.`;
  const endsIn = inAbout(untilMs(wait.expectedEndAt));
  return `${start} and is done ${endsIn === startsIn ? 'soon after' : endsIn}.`;
}

function asSentence(reason: string): string {
  return reason.slice(0, 1).toUpperCase() + reason.slice(1);
}

/** How far off something is: `in a moment`, `in about 40 seconds`, `in about 3 minutes`. */
export function inAbout(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds <= 2) return 'in a moment';
  if (seconds < 90) return `in about ${seconds < 20 ? seconds : Math.round(seconds / 5) * 5} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `in about ${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return `in about ${hours} hours`;
}

function count(tasks: number): string {
  return tasks === 1 ? '1 task' : `${tasks} tasks`;
}
