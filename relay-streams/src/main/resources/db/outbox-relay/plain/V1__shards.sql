-- Beside an outbox table of the application's own: one row per shard, which slots it has and who owns it (epoch).
-- Plain SQL for PostgreSQL, H2 and MariaDB. The application's table is never changed.
create table ${table}_shards (
  shard    int     not null primary key,
  slot_lo  int     not null,
  slot_hi  int     not null,
  epoch    bigint  not null
);
