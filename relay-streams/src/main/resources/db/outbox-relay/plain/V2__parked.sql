-- Rows of the application's table that can never be published as they are. They stay where they are and are left out
-- when rows are read; taken off this list, a row is read again. Plain SQL for PostgreSQL, H2 and MariaDB.
create table ${table}_parked (
  id        varchar(255)   not null primary key,          -- of the row, as the database writes it
  event     varchar(255)   not null,                      -- and as consumers see it
  reason    varchar(2000)  not null,                      -- why, for people
  attempts  int            not null,                      -- how often it was refused
  first_at  timestamp      default current_timestamp not null,  -- when it was first refused
  last_at   timestamp      default current_timestamp not null   -- and when last
);
