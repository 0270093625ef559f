-- Who claimed the shard last, as host:port: whoever is fenced can say by whom.
alter table ${table}_progress add column owner text;
