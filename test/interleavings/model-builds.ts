import { ModelAttempts } from './model-attempts.ts';
import { freshTask, type ModelId, type ModelTask, nameOf } from './model-rows.ts';

type Planned = { readonly turn: number; readonly workspaceId: string; readonly keys: readonly string[] };

/** What whoever drives builds, and people, say to the model's ledger: one build of each workspace. */
export class ModelBuilds extends ModelAttempts {
  readonly #ended = new Set<string>();
  readonly #listed = new Map<string, ReadonlySet<string>>();
  protected turn = 0;

  // S4
  takeTurn(): number {
    this.turn++;
    return this.turn;
  }

  // S1, S4, W1, B2: what is there already stays as it is; what is not listed any more is not wanted; once the build has ended nothing is added.
  plan({ turn, workspaceId, keys }: Planned): 'stored' | 'stale' {
    if (turn !== this.turn && this.broken !== 'old drivers') return 'stale';
    if (this.#ended.has(workspaceId)) return 'stored';
    for (const key of keys) {
      const name = nameOf({ workspaceId, key });
      if (this.tasks.has(name)) continue;
      const task = freshTask({ workspaceId, key }, this.nowMs);
      this.tasks.set(name, task);
      this.view.noteTask(task);
    }
    for (const task of this.tasks.values()) if (task.workspaceId === workspaceId && !keys.includes(task.key)) this.release(task);
    this.#listed.set(workspaceId, new Set(keys));
    return 'stored';
  }

  // W1, W2: what a workspace has of its own.
  results(workspaceId: string): ReadonlyMap<string, Pick<ModelTask, 'state' | 'output'>> {
    const isSeen = (task: ModelTask): boolean =>
      task.workspaceId === workspaceId || (this.broken === 'shared keys' && task.state === 'done');
    return new Map([...this.tasks.values()].filter(isSeen).map(({ key, state, output }) => [key, { state, output }]));
  }

  // B2, B3, S4: the build of a workspace ends, by whoever drives it or by people, who draw no number; what is leased goes stale at once, and the try does not count.
  endBuild(workspaceId: string, turn?: number): 'ended' | 'stale' {
    if (turn !== undefined && turn !== this.turn && this.broken !== 'old drivers') return 'stale';
    this.#ended.add(workspaceId);
    for (const task of this.tasks.values()) if (task.workspaceId === workspaceId) this.release(task);
    return 'ended';
  }

  // B3a
  cancelTask(asked: ModelId): 'stopped' | 'idle' | 'absent' {
    if (this.#ended.has(asked.workspaceId) || this.#listed.get(asked.workspaceId)?.has(asked.key) !== true) return 'absent';
    const task = this.tasks.get(nameOf(asked));
    if (task?.state !== 'leased' || !task.wanted) return 'idle';
    this.cancel(task);
    return 'stopped';
  }
}
