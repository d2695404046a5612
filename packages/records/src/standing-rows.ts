const columns = `x(key text, position float8, "expectedStartAt" text, reason text, line int, stays boolean)`;
/** Once others were written, also by one that knows nothing of changes, those of before say nothing any more. */
const isOfThese = `(select at from standing_lineup) >= (select coalesce(max(at), '-infinity') from standing)`;

/**
 * Waiting tasks with where they stand, as it was written last and brought up to what changed since (SPEC.md, Q1): the rows of `standing` for which a condition
 * on `s` holds, which has `build_id` and `workspace_id`. Tasks of builds that are `summed` up are left out unless they came since.
 */
export const toldTasks = ({ where, summed }: { readonly where: string; readonly summed: boolean }): string => `(
  select f.build_id, f.workspace_id, f.key, p.position, f."expectedStartAt",
    case when f.line is null or f.stays then f.reason when p.position = 1 then '1 task goes before it'
      when p.position > 1 then p.position || ' tasks go before it' else coalesce(nullif(l.first, ''), f.reason) end as reason
  from (
    select s.build_id, s.workspace_id, x.* from standing s cross join lateral json_to_recordset(s.body) as ${columns}
    where ${where}${summed ? '' : ' and s.lines is null'} and not exists (
      select from standing_came c cross join lateral json_to_recordset(c.body) as k(key text) where c.build_id = s.build_id and k.key = x.key and ${isOfThese}
    )
    union all
    select s.build_id, s.workspace_id, x.* from standing_came s cross join lateral json_to_recordset(s.body) as ${columns} where ${where} and ${isOfThese}
  ) f left join standing_line l on l.line = f.line
  cross join lateral (
    select (case when l.line is null then f.position
      else ceil(f.position) - width_bucket(f.position - 2 ^ -21::float8, l.gone) + width_bucket(f.position - 2 ^ -21::float8, l.came) end)::int as position
  ) p)`;
