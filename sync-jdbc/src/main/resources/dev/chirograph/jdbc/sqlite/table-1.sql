-- One row for each table that is a replica: how far it has caught up, who may write to it, and what
-- its writes tell of it. Whoever writes rows locks it first and holds it to the commit. Where tenants
-- do not share tables, customer and database are ".". A cursor without key has all rows of its
-- mark; keys and incarnations are text in UTF-8. leased is in microseconds since 1970.
create table if not exists ${table_replica} (
  customer text not null,
  database_name text not null,
  table_name text not null,
  cursor_mark integer,
  cursor_key blob,
  cursor_incarnation blob,
  agent text,
  fence integer not null,
  leased integer not null,
  revision integer not null,
  row_count integer not null,
  last_mark integer,
  primary key (customer, database_name, table_name)
);

-- One row for each database of a customer that may replicate here.
create table if not exists ${table_database} (
  customer text not null,
  database_name text not null,
  registered integer not null, -- microseconds since 1970
  primary key (customer, database_name)
);
