import { useEffect, useState } from 'react';
import { peaksOf, waveformPath } from '../../model/peaks.ts';
import { assetPath } from '../../model/stills.ts';

const heightPx = 56;
const kept = new Map<string, Promise<Float32Array>>();

/** The sound of a line as a waveform; nothing where the browser cannot read it. */
export function Waveform({ digest, left, widthPx }: { readonly digest: string; readonly left: number; readonly widthPx: number }) {
  const [peaks, setPeaks] = useState<Float32Array | null>(null);
  const count = Math.max(16, Math.min(1200, Math.round(widthPx / 2)));
  useEffect(() => {
    let gone = false;
    samplesOf(digest).then(
      (samples) => !gone && setPeaks(peaksOf(samples, count)),
      () => !gone && setPeaks(new Float32Array(0)),
    );
    return () => {
      gone = true;
    };
  }, [digest, count]);
  return (
    <svg
      className="waveform"
      style={{ left, width: widthPx, height: heightPx }}
      viewBox={`0 0 ${widthPx} ${heightPx}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {peaks !== null && <path d={waveformPath(peaks, { widthPx, heightPx })} />}
    </svg>
  );
}

function samplesOf(digest: string): Promise<Float32Array> {
  const known = kept.get(digest);
  if (known !== undefined) return known;
  const read = (async () => {
    const reply = await fetch(assetPath(digest));
    if (!reply.ok) throw new Error(`the sound was answered with ${reply.status}`);
    const decoded = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(await reply.arrayBuffer());
    return decoded.getChannelData(0);
  })();
  kept.set(digest, read);
  read.catch(() => kept.delete(digest));
  return read;
}
