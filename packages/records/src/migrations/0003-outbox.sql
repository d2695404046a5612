-- Every change of a build's state goes into the outbox in its own transaction: whoever delivers it later misses none.
create function post_build_state() returns trigger language plpgsql as $$
begin
  insert into outbox (workspace_id, topic, body)
  values (new.workspace_id, 'build.' || new.state, json_build_object('id', new.id, 'purpose', new.purpose));
  return null;
end $$;
create trigger build_added after insert on build for each row execute function post_build_state();
create trigger build_moved after update of state on build for each row when (old.state is distinct from new.state) execute function post_build_state();
