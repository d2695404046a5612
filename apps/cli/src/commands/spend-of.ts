import type { Client } from '@filmwright/client';
import type { BuildSpend } from '@filmwright/contracts';

/** What a build cost; null where nobody says it now, which is no reason to lose what was made. */
export function spendOf(client: Pick<Client, 'buildCourse'>, build: string): Promise<BuildSpend | null> {
  return client.buildCourse(build).then(
    ({ spend }) => spend,
    () => null,
  );
}
