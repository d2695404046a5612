import { byteCount, counted } from '../model/format.ts';
import { useStore } from '../store/create-store.ts';
import { studio } from '../store/studio.ts';
import type { Uploading } from '../store/uploads.ts';
import { Icon } from './icon.tsx';

const stateNames = { sending: '', checking: 'Checking', paused: 'Paused', waiting: 'Waiting', done: 'Done', failed: 'Failed' } as const;

/** What is being uploaded, wherever one is in the studio. */
export function UploadTray() {
  const { store, clear } = studio().uploads;
  const list = useStore(store, (all) => all);
  if (list.length === 0) return null;
  const open = list.filter(({ state }) => state !== 'done' && state !== 'failed').length;
  return (
    <section className="tray" aria-label="Uploads">
      <div className="row apart">
        <strong role="status">{open > 0 ? `Uploading ${counted(open, 'file')}` : 'Uploads'}</strong>
        {open === 0 && (
          <button type="button" className="button bare square" aria-label="Close the list of uploads" onClick={clear}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <ul className="stack">
        {list.map((upload) => (
          <TrayLine key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function TrayLine({ upload }: { readonly upload: Uploading }) {
  const { pause, resume, cancel } = studio().uploads;
  const { id, name, bytes, sent, state, message } = upload;
  const percent = bytes === 0 ? 100 : Math.round((sent / bytes) * 100);
  const stopped = state === 'paused' || state === 'waiting';
  return (
    <li className="tray-line">
      <div className="row apart">
        <span className="clip-text">{name}</span>
        <span className="quiet small figures">{state === 'sending' ? `${percent} % of ${byteCount(bytes)}` : stateNames[state]}</span>
      </div>
      {state !== 'done' && state !== 'failed' && (
        <div className="row tight-row">
          <div
            className="bar grow"
            role="progressbar"
            aria-label={`Upload of ${name}`}
            aria-valuenow={percent}
            aria-valuemin={0}
            aria-valuemax={100}
          >
            <span style={{ width: `${percent}%` }} />
          </div>
          <button
            type="button"
            className="button bare square small-square"
            aria-label={stopped ? `Go on with ${name}` : `Pause ${name}`}
            onClick={() => (stopped ? resume(id) : pause(id))}
          >
            <Icon name={stopped ? 'play' : 'pause'} />
          </button>
          <button
            type="button"
            className="button bare square small-square"
            aria-label={`Stop and forget ${name}`}
            onClick={() => cancel(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      {message !== '' && <p className={state === 'failed' ? 'small bad-text' : 'small quiet'}>{message}</p>}
    </li>
  );
}
