import { useState } from 'react';
import { byteCount } from '../../model/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toasts.tsx';
import type { BuildView } from '../../store/builds.ts';
import { TimelineExport } from './timeline-export.tsx';

/** Everything that can be taken out of the studio: the file, its captions, the package for web pages, the timeline. */
export function ExportPanel({ view }: { readonly view: BuildView }) {
  const { build, addresses } = view;
  const { result } = build;
  if (result === null) return null;
  const media = (name: string): string => `/v1/builds/${build.id}/media/${name}?download`;
  return (
    <section className="stack" aria-label="Get the film">
      {result.master !== null && (
        <a className="button primary large" href={media('master.mp4')} download>
          <Icon name="download" />
          Film, {byteCount(result.master.bytes)}
        </a>
      )}
      <div className="row">
        {result.vtt !== null && (
          <a className="button" href={media('captions.vtt')} download>
            Captions, WebVTT
          </a>
        )}
        {result.srt !== null && (
          <a className="button" href={media('captions.srt')} download>
            Captions, SRT
          </a>
        )}
        {result.report !== null && (
          <a className="button" href={media('report.json')} download>
            Report
          </a>
        )}
      </div>
      {result.master !== null && <TimelineExport />}
      {addresses?.complete === true && (
        <div className="stack tight">
          <h3>For web pages</h3>
          <Address label="HLS" path={addresses.hls} />
          {addresses.dash !== null && <Address label="DASH" path={addresses.dash} />}
          <p className="quiet small">The addresses hold until {new Date(addresses.expiresAt).toLocaleString('en')}.</p>
        </div>
      )}
    </section>
  );
}

function Address({ label, path }: { readonly label: string; readonly path: string }) {
  const [url] = useState(() => new URL(path, location.origin).href);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(url);
      toast(`The ${label} address is copied.`);
    } catch {
      toast('The browser did not allow copying. Select the address instead.');
    }
  };
  return (
    <div className="row tight-row">
      <input className="input code" readOnly value={url} aria-label={`${label} address`} onFocus={({ target }) => target.select()} />
      <button type="button" className="button" onClick={() => void copy()}>
        Copy {label}
      </button>
    </div>
  );
}
