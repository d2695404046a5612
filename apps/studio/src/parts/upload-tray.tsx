import { useState } from 'react';
import { byteCount, counted } from '../model/format.ts';
import { hashOf, type Place } from '../model/place.ts';
import { useStore } from '../store/create-store.ts';
import { studio } from '../store/studio.ts';
import { percentSent, type Uploading } from '../store/uploads.ts';
import { FileButton } from './file-button.tsx';
import { IconButton } from './icon-button.tsx';
import { ProgressBar } from './progress-bar.tsx';

const stateNames = {
  looking: 'Looking at it',
  sending: '',
  checking: 'Checking',
  paused: 'Paused',
  waiting: 'Waiting',
  lost: 'Interrupted',
  done: 'Done',
  failed: 'Not taken',
} as const;

/** What is being uploaded, wherever one is in the studio. */
export function UploadTray() {
  const { store, clear } = studio().uploads;
  const list = useStore(store, (all) => all);
  if (list.length === 0) return null;
  const open = list.filter(({ state }) => state !== 'done' && state !== 'failed').length;
  const closes = list.every(({ state, landed }) => landed || state === 'failed');
  return (
    <section className="tray" aria-label="Uploads">
      <div className="row apart">
        <strong role="status">{open > 0 ? `Uploading ${counted(open, 'file')}` : 'Uploads'}</strong>
        {closes && <IconButton icon="close" label="Close the list of uploads" onClick={clear} />}
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
  const { pause, resume, cancel, giveFile } = studio().uploads;
  const { id, name, bytes, state, message, landed } = upload;
  const percent = percentSent(upload);
  const stopped = state === 'paused' || state === 'waiting';
  const [other, setOther] = useState(false);
  const give = (file: File | undefined): void => setOther(file !== undefined && !giveFile(id, file));
  return (
    <li className="tray-line">
      <div className="row apart">
        <span className="clip-text">{name}</span>
        <span className="quiet small figures">{state === 'sending' ? `${percent} % of ${byteCount(bytes)}` : stateNames[state]}</span>
      </div>
      {state !== 'done' && state !== 'failed' && (
        <div className="row tight-row">
          <ProgressBar className="bar grow" label={`Upload of ${name}`} percent={percent} />
          {state === 'lost' && (
            <FileButton icon="folder" onFiles={([file]) => give(file)}>
              Choose
            </FileButton>
          )}
          {state !== 'lost' && (
            <IconButton
              icon={stopped ? 'play' : 'pause'}
              small
              label={stopped ? `Go on with ${name}` : `Pause ${name}`}
              onClick={() => (stopped ? resume(id) : pause(id))}
            />
          )}
          <IconButton icon="close" small label={`Stop and forget ${name}`} onClick={() => cancel(id)} />
        </div>
      )}
      {other && (
        <p className="small bad-text">
          That is another file. Choose {name} with {byteCount(bytes)}.
        </p>
      )}
      {state === 'done' && !landed && <Waiting upload={upload} />}
      {message !== '' && <p className={state === 'failed' ? 'small bad-text' : 'small quiet'}>{message}</p>}
    </li>
  );
}

/** Where to go for a file that is there and has not come to its place: it does as soon as that is open. */
function Waiting({ upload: { goal } }: { readonly upload: Uploading }) {
  const [name, place]: readonly [string, Place] =
    goal.to === 'library'
      ? ['Library', { view: 'library' }]
      : goal.to === 'new-film'
        ? ['new film', { view: 'start' }]
        : ['film', { view: 'storyboard', film: goal.film }];
  return (
    <p className="small">
      It is there. <a href={hashOf(place)}>Open its {name}</a> and it comes to its place.
    </p>
  );
}
