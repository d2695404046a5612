-- Workspaces are named by people.
create unique index workspace_name on workspace (name);

-- What lets a person or program act for a workspace. The secret is never stored: only its SHA-256.
create table workspace_token (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  secret_hash text not null unique,
  created_at timestamptz not null default now(),
  seen_at timestamptz,
  revoked_at timestamptz
);
