-- Keys tell tasks apart: whoever looks for one compares the workspace only where two are the same.
alter table task drop constraint task_pkey, add primary key (key, workspace_id);

-- What is found by its index alone needs no long list of common values: a tenth of the sample tells how many there are of each.
do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass as "table", a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.oid in ('task'::regclass, 'attempt'::regclass, 'build_task'::regclass, 'asset'::regclass, 'task_asset'::regclass, 'spend_entry'::regclass,
      'outbox'::regclass)
  loop
    execute format('alter table %s alter column %I set statistics 10', one."table", one.attname);
  end loop;
end $$;
