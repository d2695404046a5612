import { randomBytes } from 'node:crypto';
import { type Build, type FilmDocument, FilmwrightError, fromProblem } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';
import type { GatewayParts } from './gateway-parts.ts';

/** What a work probe took: `wallMs` from the order to the finished film, `encodeMs` of it inside the runner's encode. */
export type WorkReport = { readonly build: string; readonly wallMs: number; readonly encodeMs: number | null };

/** Has a second of plain film made through ledger, controller and a runner; its colour is new each time, so nothing can be reused. Throws why not. */
export async function probeWork(parts: GatewayParts): Promise<WorkReport> {
  const startedMs = performance.now();
  const { records } = parts;
  if ((await records.offers()).length === 0)
    throw new FilmwrightError('unavailable', 'No runner has been heard of. "npm start" starts the platform with its runners.');
  const film = probeFilm();
  const { id } = await records.createBuild({
    workspaceId: defaultWorkspace,
    title: film.title,
    document: film,
    files: {},
    purpose: 'make',
    atMs: null,
  });
  const build = await waitForEnd({ id, untilMs: startedMs + parts.workProbeMs }, parts);
  if (build === null) {
    await records.cancelBuild(id);
    throw new FilmwrightError(
      'unavailable',
      `A second of film was not made within ${parts.workProbeMs / 1000} s (build ${id}). Look at the logs of controller and runners.`,
    );
  }
  if (build.problem)
    throw new FilmwrightError('unavailable', `The probe film failed: ${build.problem.detail}`, { cause: fromProblem(build.problem) });
  if (build.state !== 'succeeded' || !build.result?.master)
    throw new FilmwrightError('unavailable', `The probe film ${id} ended as ${build.state} without a master.`);
  const key = (await records.buildTasks(id)).find((task) => task.kind === 'encode')?.key;
  const encoded = key ? (await records.results([key])).get(key) : undefined;
  return { build: id, wallMs: Math.round(performance.now() - startedMs), encodeMs: encoded?.wallMs ?? null };
}

/** Whether a build is one of these probes, which do not belong into a list of films. */
export function isProbe({ title }: Pick<Build, 'title'>): boolean {
  return /^Work probe [0-9a-f]{6}$/.test(title);
}

function probeFilm(): FilmDocument {
  const colour = randomBytes(3).toString('hex');
  return {
    title: `Work probe ${colour}`,
    format: { resolution: '720p', fps: 24 },
    captions: false,
    storyboard: [{ length: '1s', visual: { backdrop: 'plain', colors: [`#${colour}`] } }],
    outputs: { master: { quality: 'draft' } },
  };
}

/** The build once it has ended, or null when that took too long. */
async function waitForEnd(wanted: { readonly id: string; readonly untilMs: number }, parts: GatewayParts): Promise<Build | null> {
  let wake = () => {};
  const unwatch = parts.hub.watchBuild(wanted.id, () => wake());
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const build = await parts.records.getBuild(wanted.id);
      if (build && build.state !== 'planning' && build.state !== 'running') return build;
      const leftMs = wanted.untilMs - performance.now();
      if (!build || leftMs <= 0 || parts.hub.isClosed()) return null;
      await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, 1000)))]);
    }
  } finally {
    unwatch();
  }
}
