import type { BuildShots } from '@filmwright/contracts';
import type { GatewayParts } from './gateway-parts.ts';

/** Says of takes that are being drawn where the newest picture of each is; asks for none where nothing is drawn. */
export async function withPreviews(
  shots: BuildShots,
  { workspaceId, buildId, previews }: { readonly workspaceId: string; readonly buildId: string } & Pick<GatewayParts, 'previews'>,
): Promise<BuildShots> {
  const keys = shots.shots.flatMap(({ takes = [] }) => takes.flatMap(({ state, task }) => (state === 'leased' && task ? [task] : [])));
  if (keys.length === 0) return shots;
  const times = await previews.previewTimes({ workspaceId, keys });
  if (times.size === 0) return shots;
  const previewOf = (task: string | null | undefined): string | null => {
    const atMs = task == null ? undefined : times.get(task);
    return atMs === undefined ? null : `/v1/builds/${buildId}/previews/${task}?at=${atMs}`;
  };
  return {
    ...shots,
    shots: shots.shots.map((shot) =>
      shot.takes === undefined
        ? shot
        : { ...shot, takes: shot.takes.map((take) => (take.state === 'leased' ? { ...take, preview: previewOf(take.task) } : take)) },
    ),
  };
}
