import { chatKeyNames } from '@filmwright/engines/storyboard/chat-keys';

/** The environment that this process was started with. */
export const ownEnvironment: Readonly<Record<string, string | undefined>> = { ...process.env };

/** Takes the keys of chat servers out of what programs that this process starts inherit; `ownEnvironment` keeps them. */
export function hideChatKeys(): void {
  for (const name of chatKeyNames(ownEnvironment.FILMWRIGHT_HOME ?? '')) delete process.env[name];
}
