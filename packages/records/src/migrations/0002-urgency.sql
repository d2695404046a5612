-- Fences come from one sequence: a number is given once, whatever becomes of its task.
create sequence task_fence;
select setval('task_fence', (select coalesce(max(fence), 0) + 1 from task));

create function build_urgency(purpose text) returns smallint language sql immutable
  return case purpose when 'frame' then 0 when 'check' then 1 else 2 end;

-- The most urgent build that still wants the task, or none: what is unwanted is not leased.
alter table task add column wanted_by uuid, add column urgency smallint not null default 2;
update task t set (wanted_by, urgency) = (
  select b.id, build_urgency(b.purpose) from build_task bt join build b on b.id = bt.build_id and b.ended_at is null
  where bt.workspace_id = t.workspace_id and bt.key = t.key order by build_urgency(b.purpose), b.id limit 1
) where t.state in ('waiting', 'leased') and exists (
  select from build_task bt join build b on b.id = bt.build_id and b.ended_at is null where bt.workspace_id = t.workspace_id and bt.key = t.key
);

drop index task_waiting;
-- A request for work reads the first entries of each kind and toolchain. Toolchains may be longer than an index takes.
create index task_waiting on task (kind, md5(toolchain), urgency, wanted_by, estimate_ms desc, key) where state = 'waiting' and wanted_by is not null;
create index task_backoff on task (not_before) where state = 'waiting' and not_before > '-infinity';
create index task_key on task (key);
create index film_title on film (workspace_id, title);
drop index build_task_key;
create index build_task_key on build_task (workspace_id, key);

-- Who held the lease and when it was last heard of, kept after the runner's row is gone; `request` finds the leases of a lost reply.
alter table attempt add column runner_name text, add column heard_at timestamptz, add column request uuid;
create index attempt_request on attempt (request) where ended_at is null;
-- Digest of the task list as it was stored last: the same list is not compared again.
alter table build add column rows_digest text;

alter table task set (fillfactor = 70, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
alter table build_task set (autovacuum_analyze_scale_factor = 0.05);
