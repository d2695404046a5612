-- Runners of other machines. Secrets are drawn by the runner and never stored here: only their SHA-256.
create table runner_token (
  id uuid primary key,
  secret_hash text not null unique,
  pool text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  credential_id uuid
);
create table runner_credential (
  id uuid primary key,
  name text not null,
  pool text,
  secret_hash text not null unique,
  -- The secret that follows; it takes the place of the other when it is used first.
  next_hash text unique,
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  seen_at timestamptz,
  revoked_at timestamptz
);
-- Which runner acts under which credential; a runner of the platform itself has none.
create table credential_runner (
  runner_id uuid primary key,
  credential_id uuid not null references runner_credential on delete cascade
);
create index credential_runner_credential on credential_runner (credential_id);
