export { type ChatServer, listChatServers } from './chat-servers.ts';
export { checkStoryboard, saidShare } from './check-storyboard.ts';
export { storyboardJsonSchema } from './storyboard-schema.ts';
export { type WriteStoryboardOptions, writeStoryboard } from './write-storyboard.ts';
