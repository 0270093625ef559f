-- Where the owner of a shard can be reached: who was fenced by a node of another cluster says so. Null under an older node.
alter table ${table}_shards add column owner varchar(255);
