-- What is wanted first of a build's ready tasks: a film can be played from its start while the rest is made.
alter table task add column rank smallint not null default 0;
drop index task_waiting;
create index task_waiting on task (kind, md5(toolchain), urgency, wanted_by, rank, estimate_ms desc, key) where state = 'waiting' and wanted_by is not null;

-- What can be played of a build by now.
create table build_package (
  workspace_id uuid not null references workspace,
  build_id uuid primary key references build on delete cascade,
  body json not null
);
