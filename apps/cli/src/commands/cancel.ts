import { askedPlatform, type PlatformWords } from '../platform/asked-platform.ts';

export type CancelOptions = PlatformWords & { readonly build: string; readonly json: boolean };

/** `cancel BUILD`: ends a film that waits or is being made; said again it says the same. */
export async function cancel({ build, json, ...place }: CancelOptions): Promise<void> {
  const ended = await (await askedPlatform(place)).cancelBuild(build);
  process.stdout.write(json ? `${JSON.stringify(ended)}\n` : `${ended.title} is cancelled; what it alone wanted stops within seconds.\n`);
}
