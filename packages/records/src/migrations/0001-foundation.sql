create table workspace (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);
insert into workspace (id, name) values ('00000000-0000-7000-8000-000000000001', 'default');

create table film (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  title text not null,
  created_at timestamptz not null default now()
);
create table film_version (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  film_id uuid not null references film on delete cascade,
  digest text not null,
  document json not null,
  files json not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, digest)
);
create table build (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  film_id uuid not null references film on delete cascade,
  film_version_id uuid not null references film_version on delete cascade,
  title text not null,
  purpose text not null,
  at_ms double precision,
  state text not null default 'planning',
  progress json not null,
  result json,
  problem json,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index build_active on build (id) where ended_at is null;
create index build_list on build (workspace_id, id desc);

create table runner (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  offer json not null,
  seen_at timestamptz not null default now()
);

-- One row per key and workspace: builds that need the same task share it.
create table task (
  workspace_id uuid not null references workspace,
  key text not null,
  kind text not null,
  version int not null,
  toolchain text not null,
  payload json not null,
  inputs text[] not null,
  estimate_ms double precision not null,
  state text not null default 'waiting' check (state in ('waiting', 'leased', 'done', 'failed')),
  -- Grows with every lease of this task and never goes back.
  fence bigint not null default 0,
  runner_id uuid,
  lease_until timestamptz,
  not_before timestamptz not null default '-infinity',
  percent real not null default 0,
  attempts int not null default 0,
  lost int not null default 0,
  output json,
  problem json,
  wall_ms double precision,
  cpu_ms double precision,
  ran_for uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (workspace_id, key)
);
create index task_waiting on task (created_at, estimate_ms desc) where state = 'waiting';
create index task_leased on task (runner_id) where state = 'leased';

create table attempt (
  workspace_id uuid not null references workspace,
  key text not null,
  fence bigint not null,
  runner_id uuid not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text,
  problem json,
  primary key (workspace_id, key, fence),
  foreign key (workspace_id, key) references task on delete cascade
);

create table build_task (
  workspace_id uuid not null references workspace,
  build_id uuid not null references build on delete cascade,
  address text not null,
  kind text not null,
  key text,
  estimate_ms double precision not null,
  reused boolean not null,
  ordinal int not null,
  primary key (build_id, address)
);
create index build_task_key on build_task (key);

create table asset (
  workspace_id uuid not null references workspace,
  digest text not null,
  bytes bigint not null,
  media_type text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, digest)
);
-- Which task made or reads an asset: what the sweep of unreferenced assets asks.
create table task_asset (
  workspace_id uuid not null references workspace,
  key text not null,
  digest text not null,
  role text not null check (role in ('input', 'output')),
  primary key (workspace_id, key, digest, role),
  foreign key (workspace_id, key) references task on delete cascade
);
create index task_asset_digest on task_asset (workspace_id, digest);

create table outbox (
  id bigint generated always as identity primary key,
  workspace_id uuid not null references workspace,
  topic text not null,
  body json not null,
  created_at timestamptz not null default now()
);
