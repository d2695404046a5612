-- What the leader found to come of a build once a task of a kind was done: of so many that were done, in the scheduler's own form.
create table follow_up (
  kind text primary key,
  done double precision not null,
  came json not null,
  at timestamptz not null default now()
);
