import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in a home that names chat servers. */
export const chatServersFile = 'chat-servers.json';

/** Names of the environment variables that hold the keys of a home's chat servers; none where the file is missing or wrong, which `listChatServers` tells. */
export function chatKeyNames(home: string): readonly string[] {
  try {
    const { servers } = JSON.parse(readFileSync(join(home, chatServersFile), 'utf8')) as {
      readonly servers: readonly { keyFrom?: unknown }[];
    };
    return servers.flatMap(({ keyFrom }) => (typeof keyFrom === 'string' ? [keyFrom] : []));
  } catch {
    return [];
  }
}
