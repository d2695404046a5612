import type { Fleet } from '@filmwright/contracts';
import { deviceText, gibibytes, hitRate, kindNames, memoryText, placesOf } from '../../model/fleet.ts';
import { byteCount, counted, timeAgo } from '../../model/format.ts';
import { ProgressBar } from '../../parts/progress-bar.tsx';

type Runner = Fleet['runners'][number];
const stateNames = {
  working: ['At work', 'good'],
  idle: ['Idle', ''],
  limited: ['Not for all work', 'warn'],
  draining: ['Draining', 'warn'],
  silent: ['Silent', 'bad'],
} as const;
const tasksShown = 4;

type RunnerCardProps = {
  readonly runner: Runner;
  readonly onDrain: () => void;
  readonly onWake: () => void;
  readonly onRevoke: () => void;
};

/** One runner: what it does, what it has, and what keeps it from more. */
export function RunnerCard({ runner, onDrain, onWake, onRevoke }: RunnerCardProps) {
  const { name, state, why, tasks, machine, credentialId, restsUntil, version, seenAt } = runner;
  const [label, tone] = restsUntil === undefined ? stateNames[state] : ['Resting', 'warn'];
  const notes = [...(why === null ? [] : [why]), ...(machine?.warnings ?? [])];
  const place = [runner.pool, runner.region].filter((each) => each !== null && each !== '').join(' · ');
  return (
    <li className="sheet runner-card" data-state={state}>
      <div className="row apart tight-row">
        <h3 className="clip-text" title={name}>
          {name}
        </h3>
        <span className={`chip ${tone}`}>{label}</span>
      </div>
      <p className="quiet small">
        {[place, version === null ? '' : `version ${version}`, state === 'silent' ? `last heard of ${timeAgo(seenAt, Date.now())}` : '']
          .filter(Boolean)
          .join(' · ') || 'on this machine'}
      </p>
      {notes.map((note) => (
        <p key={note} className={`small runner-note ${state === 'silent' ? 'bad' : ''}`}>
          {note}
        </p>
      ))}
      <Places runner={runner} />
      {tasks.length > 0 && (
        <ul className="runner-tasks" aria-label={`Tasks of ${name}`}>
          {tasks.slice(0, tasksShown).map((task) => (
            <li key={`${task.build} ${task.address}`}>
              <span className="row apart tight-row small">
                <span className="clip-text">
                  <strong>{task.title}</strong> <span className="quiet">{kindNames[task.kind]}</span>
                </span>
                <span className="quiet figures">{Math.round(task.percent)} %</span>
              </span>
              <ProgressBar label={`${task.title}, ${kindNames[task.kind]}`} percent={task.percent} className="bar thin" />
            </li>
          ))}
          {tasks.length > tasksShown && <li className="quiet small">{counted(tasks.length - tasksShown, 'more task')}</li>}
        </ul>
      )}
      <Hardware runner={runner} />
      {(credentialId !== null || restsUntil !== undefined) && (
        <div className="row">
          {restsUntil !== undefined && (
            <button type="button" className="button" title="Forget what it failed and give it work again" onClick={onWake}>
              Wake<span className="unseen"> {name}</span>
            </button>
          )}
          {credentialId !== null && state !== 'draining' && state !== 'silent' && (
            <button type="button" className="button" title="It finishes what it has, takes nothing more and ends" onClick={onDrain}>
              Drain<span className="unseen"> {name}</span>
            </button>
          )}
          {credentialId !== null && (
            <button type="button" className="button danger" onClick={onRevoke}>
              Lock out<span className="unseen"> {name}</span>
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function Places({ runner }: { readonly runner: Runner }) {
  const { slots, devices } = placesOf(runner);
  const bars = [['places', slots] as const, ...(devices.of > 0 ? [['GPUs', devices] as const] : [])];
  return (
    <div className="runner-places">
      {bars.map(([what, { taken, of }]) => (
        <span key={what} className="small">
          <span className="figures">
            {taken} of {of}
          </span>{' '}
          <span className="quiet">{of === 1 ? what.slice(0, -1) : what}</span>
          {of <= 16 && (
            <span className="pips" aria-hidden="true">
              {Array.from({ length: of }, (_, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a place is known by its number.
                <span key={at} data-taken={at < taken} />
              ))}
            </span>
          )}
        </span>
      ))}
    </div>
  );
}

function Hardware({ runner: { machine, devices, models, loaded, hostMemory, cache } }: { readonly runner: Runner }) {
  const rate = hitRate(cache);
  const inMemory = memoryText(hostMemory);
  const encoders = machine?.encoders.filter(({ works }) => works).map(({ name }) => name) ?? [];
  const facts: readonly (readonly [string, string])[] = [
    ...(machine === null
      ? []
      : [
          ['Cores', String(machine.cores)] as const,
          ['Memory', gibibytes(machine.memoryBytes)] as const,
          ['Free disk', byteCount(machine.diskFreeBytes)] as const,
        ]),
    ...devices.map((device): readonly [string, string] => [
      device.slice === null ? device.product : `${device.product} ${device.slice}`,
      deviceText(device),
    ]),
    ...(encoders.length > 0 ? [['Encoders', encoders.join(', ')] as const] : []),
    ...(models.length + loaded.length > 0 ? [['Models', modelsText(models, loaded)] as const] : []),
    ...(inMemory === null ? [] : [['Weights in memory', inMemory] as const]),
    ...(cache === null || rate === null
      ? []
      : [
          [
            'Cache',
            `${Math.round(100 * rate)} % of ${(cache.hits + cache.misses).toLocaleString('en')}, ${byteCount(cache.bytes)}`,
          ] as const,
        ]),
  ];
  if (facts.length === 0) return null;
  return (
    <dl className="facts small runner-facts">
      {facts.map(([fact, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two GPUs of a kind are told by their place.
        <div key={`${fact} ${at}`}>
          <dt className="quiet">{fact}</dt>
          <dd className="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Those that are in memory first, marked so. */
function modelsText(models: readonly string[], loaded: readonly string[]): string {
  const held = loaded.map((model) => `${model} (loaded)`);
  return [...held, ...models.filter((model) => !loaded.includes(model))].join(', ');
}
