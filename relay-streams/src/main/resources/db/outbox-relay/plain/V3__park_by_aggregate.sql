-- What ends a parked row's waiting: refused | passed (a person decides; for refused later rows of the aggregate wait too),
-- waits (behind another row of its aggregate), held (until its topic can be written to), released (it is tried again).
alter table ${table}_parked add column state varchar(16) default 'refused' not null;
alter table ${table}_parked add column aggregatetype text;
alter table ${table}_parked add column aggregateid text;
alter table ${table}_parked add column slot int default 0 not null;
