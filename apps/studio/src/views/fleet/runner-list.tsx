import type { Fleet } from '@filmwright/contracts';
import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { inOrderOfNeed } from '../../model/fleet.ts';
import { counted } from '../../model/format.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toasts.tsx';
import { studio } from '../../store/studio.ts';
import { RunnerCard } from './runner-card.tsx';

type Runner = Fleet['runners'][number];
type Shelf = 'all' | 'working' | 'idle' | 'attention';
const shelves: readonly (readonly [Shelf, string, (runner: Runner) => boolean])[] = [
  ['all', 'All', () => true],
  ['working', 'At work', ({ tasks }) => tasks.length > 0],
  ['idle', 'Idle', ({ state }) => state === 'idle'],
  ['attention', 'To look at', ({ state, machine }) => state === 'silent' || state === 'limited' || (machine?.warnings.length ?? 0) > 0],
];
const pageOf = 24;

/** Every runner, those first that somebody should look at. */
export function RunnerList({ runners }: { readonly runners: Fleet['runners'] }) {
  const [shelf, setShelf] = useState<Shelf>('all');
  const [sought, seek] = useState('');
  const [most, setMost] = useState(pageOf);
  const [leaving, setLeaving] = useState<Runner | null>(null);
  const words = sought.toLowerCase();
  const fits = ({ name, pool, region, devices }: Runner): boolean =>
    [name, pool, region, ...devices.map(({ product }) => product)].some((text) => text?.toLowerCase().includes(words));
  const isOn = shelves.find(([each]) => each === shelf)?.[2] ?? (() => true);
  const found = inOrderOfNeed(runners).filter((runner) => isOn(runner) && (words === '' || fits(runner)));
  return (
    <section className="stack" aria-labelledby="fleet-runners">
      <div className="row apart">
        <h2 id="fleet-runners">Runners</h2>
        {runners.length > 6 && (
          <div className="search">
            <Icon name="search" />
            <input
              className="input"
              type="search"
              aria-label="Search the runners"
              placeholder="Name, pool, region, GPU"
              value={sought}
              onChange={({ target }) => seek(target.value)}
            />
          </div>
        )}
      </div>
      {runners.length > 1 && (
        <fieldset className="shelves" aria-label="Which runners are shown">
          {shelves.map(([each, name, holds]) => (
            <button key={each} type="button" className="button" aria-pressed={shelf === each} onClick={() => setShelf(each)}>
              {name} <span className="figures">{runners.filter(holds).length}</span>
            </button>
          ))}
        </fieldset>
      )}
      {runners.length === 0 && (
        <p className="quiet">
          No runner has been heard of today. <code>filmwright serve --runners 2</code> starts two on this machine;{' '}
          <code>filmwright runner token</code> lets another machine join.
        </p>
      )}
      {runners.length > 0 && found.length === 0 && <p className="quiet">No runner is like that.</p>}
      <ul className="runner-grid">
        {found.slice(0, most).map((runner) => (
          <RunnerCard
            key={runner.id}
            runner={runner}
            onDrain={() => void drain(runner)}
            onWake={() => void wake(runner)}
            onRevoke={() => setLeaving(runner)}
          />
        ))}
      </ul>
      {found.length > most && (
        <div>
          <button type="button" className="button" onClick={() => setMost(most + pageOf)}>
            {counted(found.length - most, 'more runner')}
          </button>
        </div>
      )}
      {leaving !== null && <RevokeDialog runner={leaving} onClose={() => setLeaving(null)} />}
    </section>
  );
}

async function drain({ id, name }: Runner): Promise<void> {
  try {
    await studio().api.drainRunner(id);
    toast(`${name} takes nothing more; it finishes what it has and ends.`);
  } catch (error) {
    toast(problemOf(error).detail);
  }
}

async function wake({ id, name }: Runner): Promise<void> {
  try {
    await studio().api.wakeRunner(id);
    toast(`${name} rests no more.`);
  } catch (error) {
    toast(problemOf(error).detail);
  }
}

function RevokeDialog({ runner, onClose }: { readonly runner: Runner; readonly onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const revoke = async (): Promise<void> => {
    if (runner.credentialId === null) return;
    setBusy(true);
    try {
      await studio().api.revokeRunnerCredential(runner.credentialId);
      toast(`${runner.name} is let in no more.`);
      onClose();
    } catch (error) {
      toast(problemOf(error).detail);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Lock ${runner.name} out?`} onClose={onClose}>
      <p>
        Its credential lets nothing in any more, for good.{' '}
        {runner.tasks.length === 0
          ? 'It does nothing just now.'
          : `What it works on (${counted(runner.tasks.length, 'task')}) goes to others at once.`}{' '}
        To have it back, draw a new token with <code>filmwright runner token</code>.
      </p>
      <div className="row">
        <button type="button" className="button danger" disabled={busy} onClick={() => void revoke()}>
          Lock it out
        </button>
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
