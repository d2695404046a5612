-- The newest small picture of each drawing that is under way. A hint for people: what a crash takes comes again within a second.
create unlogged table preview (
  workspace_id uuid not null,
  key text not null,
  fence bigint not null,
  picture bytea not null,
  at timestamptz not null default now(),
  primary key (key, workspace_id)
);
create index preview_at on preview (at);
