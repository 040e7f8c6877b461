-- One row for each log. Whoever writes locks it first and holds it to the commit, so that positions
-- become visible in their order. epoch, mark and ids are the 16 bytes of a UUID; life stands for node
-- and epoch; held is how many bytes of contents are not elsewhere; noted is up to where
-- deletes may be forgotten later.
create table if not exists ${log_head} (
  log_id int generated always as identity primary key,
  tenant text not null,
  name text not null,
  node text not null,
  life bigint not null,
  epoch bytea not null,
  number bigint not null,
  mark bytea not null,
  floor_number bigint not null,
  floor_mark bytea not null,
  held bigint not null,
  noted_number bigint,
  noted_at bigint,
  unique (tenant, name)
) with (
  fillfactor = 50
);

-- One row for each version of a key, at the number of its last change. place is a hash of the key in
-- whose order buckets are ranges, ident a hash of key and version, and hash what logs compare. life,
-- dot, at, id and what follows are of the entry that wins, and added is the addition that a
-- deprecation goes with. weight is the bytes of payloads. operation 0 add, 1 deprecate, 2 delete.
-- Texts are bytes in UTF-8: convert_from(payload, 'UTF8').
create table if not exists ${log_item} (
  log_id int not null,
  place int not null,
  ident bigint not null,
  number bigint not null,
  hash bigint not null,
  life bigint not null,
  dot bigint not null,
  size bigint not null,
  at_second bigint not null,
  at_nano int not null,
  weight int not null,
  operation smallint not null,
  id bytea not null,
  sha256 bytea not null,
  location bytea not null,
  item_key bytea not null,
  version bytea not null,
  payload bytea not null,
  added bytea,
  primary key (log_id, number)
);

create unique index if not exists ${prefix}log_item_place on ${log_item} (log_id, place, ident);

create index if not exists ${prefix}log_item_gone on ${log_item} (log_id, number) where operation = 2;

-- One row for each commit: its last number, something nobody else writes there, and microseconds
-- since 1970.
create table if not exists ${log_commit} (
  log_id int not null,
  number bigint not null,
  mark bytea not null,
  at bigint not null,
  primary key (log_id, number)
);

-- The lives of nodes' logs that items name, and up to which number they were seen, had been seen when
-- the note was made, and count as deleted where no item is held; null where nothing is known. life is
-- a hash of node and epoch.
create table if not exists ${log_life} (
  log_id int not null,
  life bigint not null,
  node bytea not null,
  epoch bytea not null,
  seen bigint,
  noted bigint,
  forgotten bigint,
  primary key (log_id, life)
);

-- Who is read from, and who reads.
create table if not exists ${log_member} (
  log_id int not null,
  name text not null,
  pointer_epoch bytea,
  pointer_number bigint,
  pointer_mark bytea,
  gap smallint not null,
  passed bigint not null,
  primary key (log_id, name)
) with (
  fillfactor = 50
);

-- Count, sum and exclusive or of the hashes in each of 256 buckets, sixteen in a row.
create table if not exists ${log_digest} (
  log_id int not null,
  part smallint not null,
  digests bytea not null,
  primary key (log_id, part)
) with (
  fillfactor = 50
);

alter table ${log_digest} alter column digests set storage plain;

-- What items refer to. state 0 wanted, 1 reserved, 2 held, 3 doomed; pending 1 where something
-- remains to be done; reserved is microseconds since 1970.
create table if not exists ${log_content} (
  log_id int not null,
  sha256 bytea not null,
  size bigint not null,
  refs bigint not null,
  state smallint not null,
  pending smallint not null,
  reserved bigint not null,
  primary key (log_id, sha256)
);

create index if not exists ${prefix}log_content_pending on ${log_content} (log_id, sha256) where pending = 1;

-- Entries that were appended in transactions of the host and have no position yet.
create table if not exists ${log_inbox} (
  id bigint generated always as identity,
  log_id int not null,
  at bigint not null,
  entry bytea not null,
  primary key (log_id, id)
) with (
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_cost_delay = 0
);
