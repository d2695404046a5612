import type { LoadedFrom, Priority, RunnerOffer, TaskKind } from '@filmwright/contracts';
import { devicesNow, type ToldOfDevices, type ToldOfMemory } from './device-rows.ts';
import type { AttemptEnd, FleetEvent, FleetRunner, FleetTask, FleetWorkspace, TaskId } from './schedule-store.ts';
import { longestRetryMs, lossesUntilAlone } from './troubles.ts';

/** Runners on which it failed, that were lost with it, or that had it when it was cancelled last. */
const tried = `case when t.failures <> '[]' or t.losses <> '[]' or t.left_on is not null then (
    select array_agg(distinct x.runner) filter (where x.runner is not null)
    from (select e->>'runner' as runner from jsonb_array_elements(t.failures || t.losses) e union all select t.left_on) x
  ) end`;
/** A task with its lease as the statements of the fleet read it: `t` and `a` are the task and its live attempt. */
export const taskColumns = `
  t.state, t.wanted_by, t.kind, t.version, t.toolchain, t.model, t.size, t.estimate_ms, t.gpus, t.vram_mib, t.region, t.pool, t.borders_ms, t.batch,
  t.batch_most, t.priority, t.rank, t.lost, ${tried} as tried, t.fence, a.runner_id, a.devices, a.batch as batch_id,
  extract(epoch from t.deadline_at - statement_timestamp())::float8 * 1000 as deadline_in_ms,
  greatest(0, extract(epoch from statement_timestamp() - t.turn_at)::float8 * 1000) as turn_ago_ms,
  least(${longestRetryMs}, extract(epoch from t.ready_at - statement_timestamp())::float8 * 1000) as ready_in_ms,
  greatest(0, extract(epoch from statement_timestamp() - a.started_at)::float8 * 1000) as since_ms`;
const isLive = 'a.fence = t.fence and a.workspace_id = t.workspace_id and a.key = t.key and a.ended_at is null';
/** The live attempts of very many tasks `t`. */
export const liveAttempts = `left join attempt a on ${isLive}`;
/**
 * The task of each row of `few`, which has a workspace and a key, with its live attempt, by one look each. How many rows come is not known while the
 * statement is planned: a plain join is taken for one of thousands, and reads all tasks there are for a single key.
 */
export const taskOfEach = (few: string, key = `${few}.key`): string => `
  left join lateral (select * from task where workspace_id = ${few}.workspace_id and key = ${key} limit 1) t on true
  left join lateral (select * from attempt a where ${isLive} limit 1) a on true`;

export type TaskRow = {
  state: 'waiting' | 'leased' | 'done' | 'failed' | null;
  wanted_by: string | null;
  kind: TaskKind;
  version: number;
  toolchain: string;
  model: string | null;
  size: string;
  estimate_ms: number;
  gpus: number;
  vram_mib: number;
  region: string | null;
  pool: string | null;
  borders_ms: number | null;
  batch: string | null;
  batch_most: number;
  priority: Priority;
  rank: number;
  lost: number | null;
  tried: readonly string[] | null;
  fence: string;
  runner_id: string | null;
  devices: string[] | null;
  batch_id: string | null;
  deadline_in_ms: number | null;
  turn_ago_ms: number;
  ready_in_ms: number;
  since_ms: number | null;
};
export type RunnerRow = ToldOfDevices &
  ToldOfMemory & {
    runner_id: string;
    offer: RunnerOffer;
    runner_pool: string;
    runner_region: string;
    draining: boolean;
    held: string[];
  };
/** A runner as the statements of the fleet read it. */
export const runnerColumns =
  'r.offer, r.pool as runner_pool, r.region as runner_region, r.draining, r.held, r.held_on, r.free_mib, r.host_memory';
export type EventRow = TaskRow &
  Partial<Omit<RunnerRow, 'runner_id'>> & {
    topic: string;
    workspace_id: string;
    key: string | null;
    ended_fence: string | null;
    body: {
      readonly id?: string;
      readonly outcome?: AttemptEnd['outcome'];
      readonly ranMs?: number;
      readonly loadMs?: number;
      readonly loadedFrom?: LoadedFrom;
      readonly stopping?: boolean;
    };
    weight: number | null;
    cap: number | null;
  };

/** A task as it is told to whoever grants; `absent`, with nothing else, where its row is gone. */
export function fleetTaskOf({ workspaceId, key }: TaskId, row: TaskRow): FleetTask {
  const { state, wanted_by: buildId, runner_id: runnerId } = row;
  const leased = state === 'leased' && runnerId !== null;
  return {
    workspaceId,
    key,
    state: state ?? 'absent',
    demand:
      state === null || buildId === null
        ? null
        : {
            ...{ workspaceId, key, buildId, kind: row.kind, version: row.version, toolchain: row.toolchain },
            ...{ model: row.model, size: row.size, estimateMs: row.estimate_ms, gpus: row.gpus, vramMib: row.vram_mib },
            ...{ region: row.region, pool: row.pool, bordersMs: row.borders_ms, batch: row.batch, batchMost: row.batch_most },
            ...{ priority: row.priority, rank: row.rank, deadlineInMs: row.deadline_in_ms, turnAgoMs: row.turn_ago_ms },
            readyInMs: row.ready_in_ms,
            ...(row.tried !== null && { tried: row.tried }),
            ...((row.lost ?? 0) >= lossesUntilAlone && { alone: true }),
          },
    lease: leased
      ? {
          ...{ fence: Number(row.fence), runnerId, devices: row.devices ?? [], sinceMs: row.since_ms ?? 0 },
          ...(row.batch_id !== null && { batch: row.batch_id }),
        }
      : null,
  };
}

/** A runner as it is told to whoever grants. */
export function fleetRunnerOf(row: RunnerRow): FleetRunner {
  const { runner_id: runnerId, runner_pool: pool, runner_region: region, draining, held, held_on: heldOn, host_memory: hostMemory } = row;
  const offer = row.offer.devices === undefined ? row.offer : { ...row.offer, devices: devicesNow(row.offer.devices, row) };
  return { runnerId, offer, pool, region, draining, held, ...(heldOn && { heldOn }), ...(hostMemory && { hostMemory }) };
}

export type WorkspaceRow = { id: string; weight: number; cap: number | null; gpu_ms: number; slot_ms: number };

/** A workspace as a snapshot tells it, with what it had of the machines. */
export function fleetWorkspaceOf({ id, weight, cap, gpu_ms: gpuMs, slot_ms: slotMs }: WorkspaceRow): FleetWorkspace {
  return { workspaceId: id, weight, cap, used: { gpuMs, slotMs } };
}

/** The event of a row of the outbox, with the things that it names as they are now. */
export function eventOf(row: EventRow): FleetEvent {
  const { topic, workspace_id: workspaceId, key, body } = row;
  if (topic.startsWith('workspace.')) return { type: 'workspace', workspace: { workspaceId, weight: row.weight ?? 1, cap: row.cap } };
  if (topic === 'runner.woken') return { type: 'woken', runnerId: body.id ?? '' };
  if (topic.startsWith('runner.')) {
    const { runner_pool, runner_region, offer, draining = false, held, held_on = null, free_mib = null, host_memory = null } = row;
    const runner_id = body.id ?? '';
    if (!offer || runner_pool === undefined || runner_region === undefined) return { type: 'runner', runnerId: runner_id, runner: null };
    const told = { held: held ?? [], held_on, free_mib, host_memory };
    const runner = fleetRunnerOf({ runner_id, offer, runner_pool, runner_region, draining, ...told });
    return { type: 'runner', runnerId: runner_id, runner };
  }
  if (topic === 'task.stopped') return { type: 'stopped', task: { workspaceId, key: key ?? '' }, fence: Number(row.ended_fence) };
  const { outcome, ranMs = 0, loadMs = 0, loadedFrom, stopping = false } = body;
  const fence = Number(row.ended_fence);
  const more = { ...(loadedFrom !== undefined && { loadedFrom }), ...(stopping && { stopping }) };
  const ended = outcome === undefined || row.ended_fence === null ? null : { fence, outcome, ranMs, loadMs, ...more };
  return { type: 'task', ended, task: fleetTaskOf({ workspaceId, key: key ?? '' }, row) };
}
