import type { FleetTask, StoppingAttempt } from '@filmwright/records';

/** Of what is still to be stopped whatever takes a place: of a batch of which nothing runs the last. */
export function onePlaceEach(stopping: readonly StoppingAttempt[], tasks: readonly FleetTask[]): readonly StoppingAttempt[] {
  const taken = new Set(tasks.flatMap(({ lease }) => lease?.batch ?? []));
  const places: StoppingAttempt[] = [];
  for (const one of [...stopping].reverse()) {
    if (one.batch !== undefined && taken.has(one.batch)) continue;
    if (one.batch !== undefined) taken.add(one.batch);
    places.push(one);
  }
  return places;
}
