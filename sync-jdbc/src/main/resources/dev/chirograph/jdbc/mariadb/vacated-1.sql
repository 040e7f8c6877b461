-- Locations that files have left, came to, or never come to again. The row of an object without a
-- version is its lock: whoever points handles to it, retires it, or adds a handle, holds it to the
-- commit.
-- Texts are bytes in UTF-8: no collation makes two of them one.
create table if not exists ${vacated} (
  place varbinary(32) not null comment 'SHA-256 of bucket and key',
  version_id varbinary(1024) not null comment 'empty: none is named',
  bucket_name varbinary(1020) not null,
  key_bytes varbinary(1024) not null,
  state int not null comment '0 referred to or nothing, 1 left, 2 retired, 3 retired and cleared',
  waiting int not null comment '1 in the states 1 and 2, else 0',
  pin varbinary(8192) comment 'what was copied',
  since bigint not null comment 'microseconds since 1970',
  primary key (place, version_id),
  index ${prefix}vacated_waiting (waiting, place, version_id)
) engine = innodb row_format = dynamic;
