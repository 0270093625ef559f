-- The tail finds new rows by their transactions; a backlog is walked in the order of its numbers, without sorting. The
-- slot is computed when rows are read: in the index it cost every insert more than all readers together.
create index ${name}_txid on ${table} (txid);
create index ${name}_seq on ${table} (seq);

do $$
declare
  former regclass;
begin
  for former in select indexrelid from pg_index join pg_class on oid = indexrelid
    where indrelid = '${table}'::regclass and relname = '${name}_txid_slot'
  loop
    execute 'drop index ' || former;
  end loop;
end $$;
