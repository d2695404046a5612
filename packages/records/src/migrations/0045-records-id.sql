-- Tells these records from all others. It goes with them to another server, a standby or a newer version; what is restored from a backup draws its own.
alter table installation add column records_id uuid not null default gen_random_uuid();
