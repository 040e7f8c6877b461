-- Locations that files have left, came to, or never come to again. The row of an object without a
-- version is its lock: whoever points handles to it, retires it, or adds a handle, holds it to the
-- commit.
create table if not exists ${vacated} (
  place bytea not null, -- SHA-256 of bucket and key
  version_id varchar(1024) collate "C" not null, -- empty: none is named
  bucket_name varchar(255) not null,
  key_bytes bytea not null,
  state int not null, -- 0 referred to or nothing, 1 left, 2 retired, 3 retired and cleared
  waiting int not null, -- 1 in the states 1 and 2, else 0
  pin text, -- what was copied
  since bigint not null, -- microseconds since 1970
  primary key (place, version_id)
);

create index if not exists ${prefix}vacated_waiting on ${vacated} (waiting, place, version_id);
