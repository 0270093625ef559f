-- Merged shards: slots of a shard that were acknowledged further than the position it goes on from. Rows that such a
-- position covers are left out when they are read again; the shard drops the entries once it has passed them.
create table ${table}_ahead (
  shard    int         not null,
  slot_lo  int         not null,
  slot_hi  int         not null,
  prev     pg_snapshot not null,
  cur      pg_snapshot,
  seq      bigint      not null
);

-- The database history (WAL timeline) a position was last claimed on; another one means that a standby took over.
alter table ${table}_progress add column timeline int not null default 0;

-- Rows that can never be published as they are: copied here in the transaction that moves the position past them.
create table ${table}_parked (
  seq            bigint      not null primary key,
  id             uuid        not null,
  aggregatetype  text        not null,
  aggregateid    text,
  type           text        not null,
  payload        bytea,
  headers        jsonb,
  created_at     timestamptz not null,
  reason         text        not null,                              -- why, for people
  attempts       int         not null default 1,                    -- how often it was refused
  first_at       timestamptz not null default clock_timestamp(),    -- when it was first refused
  last_at        timestamptz not null default clock_timestamp()     -- and when last
);
