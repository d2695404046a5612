-- Fences come from one sequence, so that one column tells an attempt and its spending. Those of before the sequence were counted by task: all but one of the
-- same number go below zero.
alter table attempt drop constraint attempt_pkey;
alter table spend_entry drop constraint spend_entry_pkey;
with moved as materialized (
  select workspace_id, key, fence, -nextval('task_fence') as new_fence from (
    select workspace_id, key, fence, row_number() over (partition by fence order by ended_at is not null, workspace_id, key) as place from attempt
  ) a where place > 1
), tasks as (
  update task t set fence = m.new_fence from moved m where t.workspace_id = m.workspace_id and t.key = m.key and t.fence = m.fence
), spent as (
  update spend_entry s set fence = m.new_fence from moved m
  where s.workspace_id = m.workspace_id and s.key = m.key and s.fence = m.fence and s.kind <> 'estimate'
)
update attempt a set fence = m.new_fence from moved m where a.workspace_id = m.workspace_id and a.key = m.key and a.fence = m.fence;
alter table attempt add primary key (fence);
create unique index spend_entry_fence on spend_entry (fence, kind) where kind <> 'estimate';
create unique index spend_entry_estimate on spend_entry (key) where kind = 'estimate';

-- A task's row rests while it runs: how far it is stands with its lease.
alter table attempt add column percent real not null default 0;
update attempt a set percent = t.percent from task t
where a.ended_at is null and t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence;

-- One index tells assets in a workspace and in any.
alter table asset drop constraint asset_pkey, add primary key (digest, workspace_id);
drop index asset_digest;

-- Keys and digests are long and spread at random: their hashes are a tenth of them. Each row is written once, with the task or its end.
alter table task_asset drop constraint task_asset_pkey;
drop index task_asset_digest;
create index task_asset_key on task_asset using hash (key);
create index task_asset_digest on task_asset using hash (digest);
drop index build_task_key;
create index build_task_key on build_task using hash (key);
