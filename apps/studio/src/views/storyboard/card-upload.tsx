import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { useStore } from '../../store/create-store.ts';
import { studio } from '../../store/studio.ts';
import { percentSent, type Uploading } from '../../store/uploads.ts';

/** On a card: the file that is on its way to it, or why it was not taken and what to do. */
export function CardUpload({ film, shot }: { readonly film: string; readonly shot: string | undefined }) {
  const { store, cancel } = studio().uploads;
  const upload = useStore(store, (list) => list.findLast((each) => isFor(each, { film, shot })));
  if (upload === undefined) return null;
  const { id, name, state, message } = upload;
  if (state === 'failed')
    return (
      <div className="card-upload" data-tone="bad" role="alert">
        <Icon name="warn" />
        <span className="grow" dir="auto">
          {message}
        </span>
        <IconButton icon="close" small label="Close this message" onClick={() => cancel(id)} />
      </div>
    );
  const percent = percentSent(upload);
  return (
    <div className="card-upload">
      <div className="grow">
        <span>{state === 'lost' || state === 'paused' || state === 'waiting' ? `${name} waits` : `${name}, ${percent} %`}</span>
        <div className="bar" aria-hidden="true">
          <span style={{ width: `${percent}%` }} />
        </div>
      </div>
    </div>
  );
}

function isFor({ goal, landed }: Uploading, { film, shot }: { readonly film: string; readonly shot: string | undefined }): boolean {
  return !landed && goal.to === 'shot' && goal.film === film && goal.shot === shot;
}
