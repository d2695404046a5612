import type { Priority } from '@filmwright/contracts';
import { useId, useState } from 'react';
import { momentText } from '../model/format.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ChoiceField } from '../parts/fields.tsx';
import { Icon } from '../parts/icon.tsx';
import type { MakeHow } from '../store/builds.ts';

const priorityNames: readonly (readonly [Priority, string, string])[] = [
  ['interactive', 'At once', 'Somebody waits for it: it goes before films that are in line.'],
  ['normal', 'In its turn', 'Films go one after the other, as they were ordered.'],
  ['bulk', 'When there is time', 'It waits for a quiet hour, and lets all others go before it.'],
];

/** How pressing the film is and by when it should be done, chosen before it is made. */
export function MakeOptions({ how, onChange }: { readonly how: MakeHow; readonly onChange: (how: MakeHow) => void }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const name = priorityNames.find(([priority]) => priority === how.priority) ?? priorityNames[1];
  const due = how.deadline === null ? '' : `, by ${momentText(how.deadline, Date.now())}`;
  const past = how.deadline !== null && Date.parse(how.deadline) < Date.now();
  return (
    <>
      <button type="button" className="button" aria-haspopup="dialog" title="How pressing it is" onClick={() => setOpen(true)}>
        <Icon name="clock" />
        <span className="unseen">How pressing it is: </span>
        <span className="wide-only">
          {name?.[1]}
          {due}
        </span>
      </button>
      {open && (
        <Dialog title="How pressing is it?" onClose={() => setOpen(false)}>
          <div className="make-how">
            <ChoiceField
              label="Priority"
              value={how.priority}
              options={priorityNames.map(([priority, label]) => [priority, label] as const)}
              onChange={(priority) => onChange({ ...how, priority })}
            />
            <p className="quiet small">{name?.[2]}</p>
            <div className="field">
              <label htmlFor={id}>Done by</label>
              <div className="row tight-row">
                <input
                  id={id}
                  className="input"
                  type="datetime-local"
                  aria-describedby={`${id}h`}
                  value={how.deadline === null ? '' : localText(how.deadline)}
                  onChange={({ target }) =>
                    onChange({ ...how, deadline: target.value === '' ? null : new Date(target.value).toISOString() })
                  }
                />
                <button
                  type="button"
                  className="button"
                  disabled={how.deadline === null}
                  onClick={() => onChange({ ...how, deadline: null })}
                >
                  Clear
                </button>
              </div>
              <span id={`${id}h`} className={past ? 'small bad-text' : 'quiet small'}>
                {past
                  ? 'This moment has passed: choose a later one, or clear it.'
                  : 'Of films of one priority those that are due sooner go first.'}
              </span>
            </div>
            <div className="row">
              <button type="button" className="button primary" onClick={() => setOpen(false)}>
                OK
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** An instant as a field for date and time wants it, in the time zone of whoever looks. */
function localText(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - 60_000 * at.getTimezoneOffset()).toISOString().slice(0, 16);
}
