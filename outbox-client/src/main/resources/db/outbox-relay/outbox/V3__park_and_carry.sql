-- What ends a parked row's waiting: refused | passed (a person decides; for refused later rows of the aggregate wait too),
-- waits (behind another row of its aggregate), held (until its topic can be written to), released (it is tried again).
alter table ${table}_parked add column state text not null default 'refused';
-- The transaction that wrote it; null once that means nothing any more.
alter table ${table}_parked add column txid xid8;
-- What carries the shard's position to Kafka in the transactions of its rows; null where nothing does.
alter table ${table}_progress add column carrier text;
alter table ${table}_parked add constraint ${name}_parked_state
  check (state in ('refused', 'passed', 'waits', 'held', 'released'));

create index ${name}_parked_aggregate on ${table}_parked (aggregatetype, aggregateid, seq);
