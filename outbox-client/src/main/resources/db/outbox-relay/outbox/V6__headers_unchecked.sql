-- The server parses a check anew for every statement, and this one cost an insert more than an index does. The relay puts
-- a row aside whose headers are no object; OutboxWriter writes none.
alter table ${table} drop constraint ${name}_headers_object;
