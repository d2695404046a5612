import { ModelAttempts } from './model-attempts.ts';
import {
  freshTask,
  type ModelId,
  type ModelTask,
  modelBuilds,
  mostPressing,
  nameOf,
  rankOfPriority,
  untouchedTask,
  workspaceOf,
} from './model-rows.ts';

/** What is stored of a build: the keys that it lists, and those of them that its driver has not handed in yet. */
type Planned = { readonly turn: number; readonly buildId: string; readonly keys: readonly string[]; readonly ready: readonly string[] };
type OfBuild = { readonly buildId: string; readonly key: string };
type Keys = { readonly workspaceId: string; readonly keys: readonly string[] };

/** What nobody asked for is not swept before so long. */
const sweepAfterMs = 6000;

/** What whoever drives builds, and people, say to the model's ledger. */
export class ModelBuilds extends ModelAttempts {
  readonly #ended = new Set<string>();
  readonly #listed = new Map<string, ReadonlySet<string>>();
  protected turn = 0;

  // S4
  takeTurn(): number {
    this.turn++;
    return this.turn;
  }

  // S1, S3, S4, W1, B2: what failed for another build is tried anew, else what is there stays as it is; once the build has ended nothing is added.
  plan({ turn, buildId, keys, ready }: Planned): 'stored' | 'stale' {
    if (turn !== this.turn && this.broken !== 'old drivers') return 'stale';
    if (this.#ended.has(buildId)) return 'stored';
    const workspaceId = workspaceOf(buildId);
    for (const key of ready) {
      const task = this.tasks.get(nameOf({ workspaceId, key }));
      if (task === undefined) this.#add({ workspaceId, key }, buildId);
      else if (task.state === 'failed' && this.#mayRenew(task, buildId)) this.#renew(task, buildId);
    }
    const before = this.#listed.get(buildId) ?? [];
    this.#listed.set(buildId, new Set(keys));
    this.#want({ workspaceId, keys: [...new Set([...before, ...keys])] });
    return 'stored';
  }

  // W1, W2, R2: what a workspace has of its own; what was made and is gone waits again.
  results({ workspaceId, keys }: Keys): ReadonlyMap<string, Pick<ModelTask, 'state' | 'output' | 'ranFor'>> {
    const isAsked = (task: ModelTask): boolean =>
      keys.includes(task.key) && (task.workspaceId === workspaceId || (this.broken === 'shared keys' && task.state === 'done'));
    const found = [...this.tasks.values()].filter(isAsked);
    for (const task of found) {
      task.askedMs = this.nowMs;
      if (task.gone && !this.#staysGone(task)) this.#putBack(task);
    }
    return new Map(found.map(({ key, state, output, ranFor }) => [key, { state, output, ranFor }]));
  }

  // B2, B3, S4: a build ends, by whoever drives it or by people, who draw no number; what no other wants and is leased goes stale at once, and the try does not count.
  endBuild(buildId: string, turn?: number): 'ended' | 'stale' {
    if (turn !== undefined && turn !== this.turn && this.broken !== 'old drivers') return 'stale';
    this.#ended.add(buildId);
    this.#want({ workspaceId: workspaceOf(buildId), keys: [...(this.#listed.get(buildId) ?? [])] });
    return 'ended';
  }

  // B3a
  cancelTask({ buildId, key }: OfBuild): 'stopped' | 'idle' | 'absent' {
    if (this.#ended.has(buildId) || this.#listed.get(buildId)?.has(key) !== true) return 'absent';
    const task = this.tasks.get(nameOf({ workspaceId: workspaceOf(buildId), key }));
    if (task?.state !== 'leased' || task.wantedBy === null) return 'idle';
    this.cancel(task);
    return 'stopped';
  }

  /** Takes what was made by tasks that no active build lists, and that nobody asked for of late; gives those tasks. */
  sweep(): readonly ModelId[] {
    const isForgotten = (task: ModelTask): boolean => task.state === 'done' && !task.gone && this.#maySweep(task);
    const swept = [...this.tasks.values()].filter(isForgotten);
    for (const task of swept) task.gone = true;
    return swept.map(({ workspaceId, key }) => ({ workspaceId, key }));
  }

  /** L2: which tasks are handed out first, those of more pressing, then of older builds. */
  protected orderOf(asked: ModelId): number {
    const wantedBy = this.tasks.get(nameOf(asked))?.wantedBy ?? '';
    return rankOfPriority(this.priorities.get(wantedBy)) * modelBuilds.length + modelBuilds.findIndex(({ id }) => id === wantedBy);
  }

  #add(asked: ModelId, buildId: string): void {
    const task = { ...freshTask(asked, this.nowMs), wantedBy: buildId };
    this.tasks.set(nameOf(asked), task);
    this.view.noteTask(task);
  }

  #maySweep(task: ModelTask): boolean {
    return this.broken === 'swept for all' || (this.#wanting(task) === null && this.nowMs - task.askedMs > sweepAfterMs);
  }

  #staysGone(task: ModelTask): boolean {
    return this.broken === 'asset stays gone' || (this.broken === 'asset stays gone for the next' && this.#wanting(task) === null);
  }

  #mayRenew({ ranFor }: ModelTask, buildId: string): boolean {
    if (this.broken === 'failed for all') return false;
    return ranFor !== buildId || this.broken === 'tried anew for its own';
  }

  #renew(task: ModelTask, buildId: string): void {
    const { attempts } = task;
    this.fence++;
    Object.assign(task, untouchedTask(this.nowMs), { fence: this.fence, wantedBy: buildId });
    if (this.broken === 'counts kept') task.attempts = attempts;
    this.view.noteTask(task);
  }

  #putBack(task: ModelTask): void {
    const { resume } = task;
    this.fence++;
    Object.assign(task, untouchedTask(this.nowMs), { fence: this.fence, wantedBy: null });
    if (this.broken === 'checkpoint kept') task.resume = resume;
    this.#want({ workspaceId: task.workspaceId, keys: [task.key] });
  }

  /** L2: the most pressing, then oldest, build that lists a task and has not ended. */
  #wanting({ workspaceId, key }: ModelId): string | null {
    const wants = modelBuilds.filter(
      (build) => build.workspaceId === workspaceId && !this.#ended.has(build.id) && this.#listed.get(build.id)?.has(key) === true,
    );
    return (this.broken === 'pressing late' ? wants[0] : mostPressing(wants, this.priorities))?.id ?? null;
  }

  /** What waits or runs is wanted by the most pressing build that lists it; what none lists any more is taken back. */
  #want({ workspaceId, keys }: Keys): void {
    for (const key of keys) {
      const task = this.tasks.get(nameOf({ workspaceId, key }));
      if (task === undefined || (task.state !== 'waiting' && task.state !== 'leased')) continue;
      const wantedBy = this.#wanting(task);
      if (wantedBy === task.wantedBy) continue;
      if (wantedBy === null && this.broken === 'wanted by nobody') continue;
      const goesOn = wantedBy !== null && (this.broken !== 'ended for all' || !this.#ended.has(task.wantedBy ?? ''));
      task.wantedBy = goesOn ? wantedBy : null;
      if (task.wantedBy === null && task.state === 'leased') {
        task.leftOn = null;
        this.giveBack(task, 'unwanted');
      } else this.view.noteTask(task);
    }
  }
}
