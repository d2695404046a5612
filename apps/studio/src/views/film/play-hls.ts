import Hls from 'hls.js';

type Playing = { readonly hls: string; readonly startMs: number; readonly onBroken: () => void };

/** Plays a playlist that may still grow in an element; tells `onBroken` where the browser cannot. The answer ends it. */
export function playHls(element: HTMLVideoElement, { hls, startMs, onBroken }: Playing): () => void {
  if (!Hls.isSupported()) {
    element.src = hls;
    return () => element.removeAttribute('src');
  }
  const player = new Hls({ enableWorker: false, startPosition: startMs / 1000, maxBufferLength: 20, capLevelToPlayerSize: true });
  player.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) player.recoverMediaError();
    else if (data.type === Hls.ErrorTypes.NETWORK_ERROR) setTimeout(() => player.startLoad(), 1000);
    else onBroken();
  });
  player.loadSource(hls);
  player.attachMedia(element);
  return () => player.destroy();
}
