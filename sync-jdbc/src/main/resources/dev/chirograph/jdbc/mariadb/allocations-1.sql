-- What pays for files, and the bucket in which they are then. Texts are
-- bytes in UTF-8: no collation makes two of them one.
create table if not exists ${allocation} (
  id bigint not null auto_increment primary key,
  name varbinary(1020) not null unique,
  bucket varbinary(1020) not null,
  prefix varbinary(4096) not null comment 'what keys begin with',
  storage_class varbinary(1020) comment 'null: that of the originals',
  created_by varbinary(1020) not null,
  created_on bigint not null comment 'microseconds since 1970'
) engine = innodb row_format = dynamic;

-- Who has which allocation; one that was released stays, without any.
create table if not exists ${allocation_owner} (
  project_id varbinary(1020) not null primary key,
  allocation_id bigint,
  generation bigint not null comment 'grows with each change',
  index ${prefix}allocation_owner_of (allocation_id)
) engine = innodb row_format = dynamic;
