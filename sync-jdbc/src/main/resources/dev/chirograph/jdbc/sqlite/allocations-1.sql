-- What pays for files, and the bucket in which they are then.
create table if not exists ${allocation} (
  id integer primary key autoincrement,
  name text not null unique,
  bucket text not null,
  prefix text not null, -- what keys begin with
  storage_class text, -- null: that of the originals
  created_by text not null,
  created_on integer not null -- microseconds since 1970
);

-- Who has which allocation; one that was released stays, without any.
create table if not exists ${allocation_owner} (
  project_id text not null primary key,
  allocation_id integer,
  generation integer not null -- grows with each change
);

create index if not exists ${prefix}allocation_owner_of on ${allocation_owner} (allocation_id);
