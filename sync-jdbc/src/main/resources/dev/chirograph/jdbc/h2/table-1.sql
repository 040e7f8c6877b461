-- One row for each table that is a replica: how far it has caught up, who may write to it, and what
-- its writes tell of it. Whoever writes rows locks it first and holds it to the commit. Where tenants
-- do not share tables, customer and database are ".". A cursor without key has all rows of its
-- mark; keys and incarnations are text in UTF-8. leased is in microseconds since 1970.
create table if not exists ${table_replica} (
  customer varchar(64) not null,
  database_name varchar(64) not null,
  table_name varchar(200) not null,
  cursor_mark bigint,
  cursor_key varbinary(1000000000),
  cursor_incarnation varbinary(1000000000),
  agent varchar(200),
  fence bigint not null,
  leased bigint not null,
  revision bigint not null,
  row_count bigint not null,
  last_mark bigint,
  primary key (customer, database_name, table_name)
);

-- One row for each database of a customer that may replicate here.
create table if not exists ${table_database} (
  customer varchar(64) not null,
  database_name varchar(64) not null,
  registered bigint not null, -- microseconds since 1970
  primary key (customer, database_name)
);
