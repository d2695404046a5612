-- Requests that are to be done once, told by a key of the caller's. The id of what they make is drawn with the first of them, so that whichever
-- process does it, or does it again after a death, makes the same thing. `content` tells a repetition from another request.
create table request_key (
  workspace_id uuid not null references workspace,
  scope text not null,
  key text not null,
  content text not null,
  id uuid not null,
  made boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (workspace_id, scope, key)
);
create index request_key_age on request_key (created_at);
