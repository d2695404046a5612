-- A drill on a platform that is in use: it has a workspace of its own and a pool in which nobody else has runners. All of it goes with the drill.
create table drill (
  workspace_id uuid primary key references workspace,
  pool text not null unique,
  created_at timestamptz not null default now()
);
