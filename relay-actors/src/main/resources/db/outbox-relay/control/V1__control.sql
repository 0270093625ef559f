-- Nodes of the relay cluster that can be joined; read and written under an advisory lock.
create table outbox_relay_node (
  address    text        primary key,
  since      timestamptz not null default clock_timestamp(),
  seen       timestamptz not null default clock_timestamp()
);

-- Journal of operator intent (layout of Pekko Persistence JDBC).
create table outbox_relay_journal (
  ordering          bigserial,
  persistence_id    varchar(255) not null,
  sequence_number   bigint       not null,
  deleted           boolean      not null default false,
  writer            varchar(255) not null,
  write_timestamp   bigint,
  adapter_manifest  varchar(255),
  event_ser_id      integer      not null,
  event_ser_manifest varchar(255) not null,
  event_payload     bytea        not null,
  meta_ser_id       integer,
  meta_ser_manifest varchar(255),
  meta_payload      bytea,
  primary key (persistence_id, sequence_number)
);
create unique index outbox_relay_journal_ordering on outbox_relay_journal (ordering);

create table outbox_relay_journal_tag (
  event_id        bigint       not null references outbox_relay_journal (ordering) on delete cascade,
  tag             varchar(256) not null,
  primary key (event_id, tag)
);

create table outbox_relay_snapshot (
  persistence_id         varchar(255) not null,
  sequence_number        bigint       not null,
  created                bigint       not null,
  snapshot_ser_id        integer      not null,
  snapshot_ser_manifest  varchar(255) not null,
  snapshot_payload       bytea        not null,
  meta_ser_id            integer,
  meta_ser_manifest      varchar(255),
  meta_payload           bytea,
  primary key (persistence_id, sequence_number)
);
