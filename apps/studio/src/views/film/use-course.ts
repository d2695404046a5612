import type { Build, BuildCourse } from '@filmwright/contracts';
import { useEffect, useRef, useState } from 'react';
import { type Asking, openAsking } from '../../store/open-asking.ts';
import { studio } from '../../store/studio.ts';

/** While a build runs its course is asked for again so long after something of it got done; at its end soon. */
const afterMs = { running: 2000, ended: 200 } as const;

/** The course of a build, asked for when its events say that something changed; null while it is not known. */
export function useCourse({ id, endedAt, progress }: Build): BuildCourse | null {
  const [course, setCourse] = useState<{ readonly id: string; readonly value: BuildCourse } | null>(null);
  const asking = useRef<Asking | null>(null);
  const hasEnded = endedAt !== null;
  const { done } = progress.tasks;
  useEffect(() => {
    const opened = openAsking({ ask: () => studio().api.buildCourse(id), heard: (value) => setCourse({ id, value }) });
    asking.current = opened;
    opened.changed(0);
    return opened.close;
  }, [id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what got done is what makes it change.
  useEffect(() => asking.current?.changed(hasEnded ? afterMs.ended : afterMs.running), [id, hasEnded, done]);
  return course?.id === id ? course.value : null;
}
