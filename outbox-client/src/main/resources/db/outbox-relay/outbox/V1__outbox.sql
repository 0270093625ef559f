-- The outbox: rows are inserted by applications inside their own transactions and never updated.
-- A drained partition is emptied by TRUNCATE. Which partition a row lands in is arithmetic on seq.
create table ${table} (
  txid          xid8        not null default pg_current_xact_id(),  -- the writer's transaction; before seq on purpose
  seq           bigint      not null generated always as identity (cache 1),
  id            uuid        not null default gen_random_uuid(),     -- the event id consumers recognise a repeat by
  aggregatetype text        not null,                               -- routes: topic outbox.event.<aggregatetype>
  aggregateid   text,                                               -- record key; events of one key keep their order
  type          text        not null,
  payload       bytea,                                              -- record value, byte for byte; null is a tombstone
  headers       jsonb,                                              -- further record headers: {"name": "value", ...}
  created_at    timestamptz not null default clock_timestamp(),
  constraint ${name}_headers_object check (headers is null or jsonb_typeof(headers) = 'object')
) partition by list (((seq >> 20) & 3));

create table ${table}_p0 partition of ${table} for values in (0) with (autovacuum_enabled = off);
create table ${table}_p1 partition of ${table} for values in (1) with (autovacuum_enabled = off);
create table ${table}_p2 partition of ${table} for values in (2) with (autovacuum_enabled = off);
create table ${table}_p3 partition of ${table} for values in (3) with (autovacuum_enabled = off);

-- The one index: by transaction, then by slot. An event without a key takes a slot by its id.
create index ${name}_txid_slot on ${table}
  (txid, ((('x' || substr(md5(coalesce(aggregateid, id::text)), 1, 3))::bit(12)::int & 1023)));

-- Rejects a forged or copied txid, which would make the reader skip the row. NOT VALID makes pg_dump
-- emit the check after the data, so that a dump can be restored.
alter table ${table} add constraint ${name}_txid_own check (txid = pg_current_xact_id()) not valid;

-- One row per shard: who owns it (epoch) and how far it is (prev, cur, seq). No primary key on purpose:
-- rows are updated by ctid, and a unique check would walk dead entries while somebody holds an old snapshot.
create table ${table}_progress (
  shard    int         not null,
  slot_lo  int         not null,
  slot_hi  int         not null,
  epoch    bigint      not null default 0,
  prev     pg_snapshot not null,
  cur      pg_snapshot,
  seq      bigint      not null default 0,
  seq_low  bigint      not null default 0,
  sysid    bigint      not null
) with (fillfactor = 50);
