import type { Build, BuildCourse } from '@filmwright/contracts';
import { useEffect, useState } from 'react';
import { studio } from '../../store/studio.ts';

/** While a build runs its course is asked for again so long after something of it got done; at its end soon. */
const afterMs = { running: 2000, ended: 200 } as const;

/** The course of a build, asked for when its events say that something changed; null while it is not known. */
export function useCourse({ id, endedAt, progress }: Build): BuildCourse | null {
  const [course, setCourse] = useState<{ readonly id: string; readonly value: BuildCourse } | null>(null);
  const hasEnded = endedAt !== null;
  const { done } = progress.tasks;
  const isFirst = course?.id !== id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what got done is what makes it change.
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(
      () => {
        studio()
          .api.buildCourse(id)
          .then(
            (value) => !gone && setCourse({ id, value }),
            () => {},
          );
      },
      isFirst ? 0 : hasEnded ? afterMs.ended : afterMs.running,
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, hasEnded, done, isFirst]);
  return isFirst ? null : course.value;
}
