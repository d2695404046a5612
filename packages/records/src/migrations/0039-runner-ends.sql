-- What is known of how a runner ended that was lost: memory as it told last, and what the process that had started it saw, in the form of the contract.
create table runner_end (
  runner_id uuid primary key,
  noted_at timestamptz not null default now(),
  memory json,
  seen json
);
-- Memory of a runner's machine and of what does its tasks, as it told last, and by which of its heartbeats.
alter table runner add column memory json;
