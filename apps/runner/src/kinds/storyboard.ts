import { FilmwrightError } from '@filmwright/contracts';
import { listChatServers } from '@filmwright/engines/storyboard/chat-servers';
import { writeStoryboard } from '@filmwright/engines/storyboard/write-storyboard';
import { ownEnvironment } from '../own-environment.ts';
import type { KindRunner } from '../run-task.ts';

/** Has a chat server that the operator of this machine named break a script down. */
export const runStoryboard: KindRunner<'storyboard'> = async (payload, { home, progress }) => {
  const servers = await listChatServers({ home, env: ownEnvironment });
  const server = servers.find(({ ref }) => ref === payload.model);
  if (server === undefined)
    throw new FilmwrightError(
      'model-unavailable',
      `No chat server of this machine is ${payload.model}; its servers are ${servers.map(({ ref }) => ref).join(', ') || 'none'}.`,
    );
  return writeStoryboard(payload, { server, onPercent: progress });
};
