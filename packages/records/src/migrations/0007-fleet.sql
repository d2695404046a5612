-- What a workspace is owed beside others, how many of its tasks may run at once, and its price of a second of a GPU and of a slot, in credits.
alter table workspace
  add column weight double precision not null default 1 check (weight > 0),
  add column cap int check (cap >= 0),
  add column gpu_rate double precision not null default 1 check (gpu_rate >= 0),
  add column slot_rate double precision not null default 0.02 check (slot_rate >= 0);

alter table build
  add column priority text not null default 'normal' check (priority in ('interactive', 'normal', 'bulk')),
  add column deadline timestamptz;
update build set priority = 'interactive' where purpose in ('frame', 'check', 'preview');

create function priority_rank(priority text) returns smallint language sql immutable
  return case priority when 'interactive' then 0 when 'normal' then 1 else 2 end;
-- Since when a build's tasks are taken to wait: single frames and checks go before previews that were asked for earlier.
create function turn_of(purpose text, created_at timestamptz) returns timestamptz language sql stable
  return created_at - case purpose when 'frame' then interval '10 minutes' when 'check' then interval '5 minutes' else interval '0' end;

-- A task's row changes often and its place in an index never: then PostgreSQL writes the row alone.
drop index task_waiting;
drop index task_leased;
drop index task_backoff;
drop index task_key;
alter table task rename column not_before to ready_at;
alter table task alter column ready_at set default now();
alter table task
  add column priority text not null default 'normal',
  add column deadline_at timestamptz,
  add column turn_at timestamptz not null default now(),
  add column model text,
  -- What the time depends on beside model and device; where it is empty, the estimate stands for it.
  add column size text not null default '',
  add column gpus int not null default 0,
  add column vram_mib int not null default 0,
  add column region text,
  add column pool text,
  add column borders_ms double precision,
  add column batch text,
  add column batch_most int not null default 1,
  -- How the attempt of the task's fence ended; null while it runs.
  add column outcome text,
  -- Who lost it, when it began and when it was heard of last.
  add column losses jsonb not null default '[]';
update task t set
  ready_at = case when isfinite(ready_at) then ready_at else created_at end,
  turn_at = created_at,
  outcome = (select a.outcome from attempt a where a.workspace_id = t.workspace_id and a.key = t.key and a.fence = t.fence),
  losses = coalesce((
    select jsonb_agg(jsonb_build_object('runner', a.runner_name, 'startedAt', a.started_at, 'heardAt', a.heard_at) order by a.fence)
    from attempt a where t.lost > 0 and a.workspace_id = t.workspace_id and a.key = t.key and a.outcome = 'lost'), '[]');
update task t set priority = b.priority, turn_at = turn_of(b.purpose, b.created_at) from build b where b.id = t.wanted_by;

-- An attempt that has not ended is the lease. Fences are drawn once and grow, so that a new attempt comes to the end of its index.
alter table attempt
  add column lease_until timestamptz,
  add column delivered_at timestamptz,
  add column expected_ms double precision not null default 0,
  add column ran_ms double precision,
  add column reason text not null default '',
  add column devices text[] not null default '{}',
  add column build_id uuid;
update attempt a set ended_at = coalesce(a.heard_at, a.started_at), outcome = 'left' where a.ended_at is null and not exists (
  select from task t where t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence and t.state = 'leased');
update attempt a set lease_until = coalesce(t.lease_until, now()), delivered_at = a.started_at, build_id = t.ran_for
from task t where a.ended_at is null and t.workspace_id = a.workspace_id and t.key = a.key;
drop index attempt_request;
alter table attempt
  drop constraint attempt_pkey,
  drop constraint attempt_workspace_id_fkey,
  drop constraint attempt_workspace_id_key_fkey,
  add primary key (fence, workspace_id, key),
  set (fillfactor = 80, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
create index attempt_live on attempt (runner_id) where ended_at is null;
alter table task drop column urgency, drop column runner_id, drop column lease_until;
drop function build_urgency;

-- These come by the thousand; whoever removes a task or a build removes them by name.
alter table task_asset drop constraint task_asset_workspace_id_fkey, drop constraint task_asset_workspace_id_key_fkey;
alter table build_task drop constraint build_task_workspace_id_fkey, drop constraint build_task_build_id_fkey;

alter table runner
  add column name text not null default '',
  add column pool text not null default 'default',
  add column region text not null default '',
  add column draining boolean not null default false,
  -- Since when it was not heard of, once that is too long.
  add column gone_at timestamptz;
update runner set name = offer->>'name';
alter table runner alter column name drop default;

-- In the order of transactions a reader may read up to the oldest that still runs, and misses nothing.
alter table outbox
  add column key text,
  add column fence bigint,
  add column xid xid8 not null default pg_current_xact_id(),
  drop constraint outbox_workspace_id_fkey,
  drop constraint outbox_pkey,
  add primary key (xid, id);

create function post_runner() returns trigger language plpgsql as $$
begin
  insert into outbox (workspace_id, topic, body)
  values (coalesce(new.workspace_id, old.workspace_id),
    case tg_op when 'INSERT' then 'runner.joined' when 'DELETE' then 'runner.gone' else 'runner.changed' end, json_build_object('id', coalesce(new.id, old.id)));
  return null;
end $$;
create trigger runner_came after insert or delete on runner for each row execute function post_runner();
create trigger runner_changed after update of offer, name, pool, region, draining, gone_at on runner for each row
  when ((old.offer::text, old.pool, old.region, old.draining, old.gone_at) is distinct from (new.offer::text, new.pool, new.region, new.draining, new.gone_at))
  execute function post_runner();

create function post_workspace() returns trigger language plpgsql as $$
begin
  insert into outbox (workspace_id, topic, body) values (new.id, 'workspace.changed', json_build_object('id', new.id));
  return null;
end $$;
create trigger workspace_changed after insert or update of weight, cap on workspace for each row execute function post_workspace();

-- What work costs. `estimate`: of a build, before; `reserve`: with the grant; then one of `settle` (what a finished attempt took) or `refund`.
-- A fence belongs to one attempt of one task, so that nothing is charged twice. For estimates the key is the build's id.
create table spend_entry (
  workspace_id uuid not null,
  key text not null,
  fence bigint not null default 0,
  kind text not null check (kind in ('estimate', 'reserve', 'settle', 'refund')),
  build_id uuid,
  gpu_ms double precision not null,
  slot_ms double precision not null,
  credits double precision not null,
  created_at timestamptz not null default now(),
  primary key (fence, kind, key, workspace_id)
);

-- Where the waiting tasks of each build stand, as the leader said last: worth a second, so that it need not outlive a crash.
create unlogged table standing (
  build_id uuid primary key,
  workspace_id uuid not null,
  body json not null,
  at timestamptz not null default now()
);

-- Who leads drew the last number: grants of one that led before are refused.
create table leadership (one boolean primary key default true check (one), epoch bigint not null);
insert into leadership (epoch) values (0);
