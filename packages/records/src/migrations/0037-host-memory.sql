-- Models whose weights lie in the memory of a runner's machine, and how much of it is for weights, as it said last: `{"budgetMib": 1024, "models": ["model a@1"]}`;
-- null where it does not say. By its own count the heartbeat that told it.
alter table runner add column host_memory json, add column memory_beat bigint not null default 0;
drop trigger runner_held on runner;
create trigger runner_held after update of held, held_on, free_mib, host_memory on runner for each row
  when (
    (old.held::text, old.held_on::text, old.free_mib::text, old.host_memory::text)
    is distinct from (new.held::text, new.held_on::text, new.free_mib::text, new.host_memory::text)
  )
  execute function post_runner();
