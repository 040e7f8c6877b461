-- Buckets; objects name them by number. What is compared is bytes in UTF-8: no collation makes two
-- names one, nor drops spaces at their end.
create table if not exists ${catalogue_bucket} (
  bucket int not null auto_increment primary key,
  tenant varbinary(400) not null,
  name varbinary(1020) not null,
  unique (tenant, name)
) engine = innodb row_format = dynamic;

-- One row for each object, with the evidence of its latest version. The primary key is the order of
-- listings, in which InnoDB keeps the rows.
create table if not exists ${catalogue_object} (
  object bigint not null unique,
  bucket int not null,
  key_bytes varbinary(1024) not null check (length(key_bytes) >= 1),
  path varchar(1024) not null comment 'the key for people; look up by key_bytes',
  id char(36) character set ascii collate ascii_bin not null,
  rev bigint not null comment 'changes with every write and never comes back',
  deleted boolean not null comment 'the latest version is a delete marker',
  publicly_readable boolean comment 'null: not known',
  partial boolean not null comment 'a part could not be read; the next run looks again',
  etag varchar(1024),
  size_bytes bigint,
  last_modified bigint not null comment 'seconds since 1970',
  version_id varbinary(1024) not null,
  history varchar(64) not null,
  created bigint not null comment 'microseconds since 1970, as updated',
  updated bigint not null,
  primary key (bucket, key_bytes),
  unique (bucket, id)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

-- All versions of an object; the newest has the greatest place, and only it is the latest.
create table if not exists ${catalogue_version} (
  object bigint not null,
  ordinal int not null comment 'names the version in the tables of tags and metadata',
  place int not null,
  latest boolean not null,
  version_id varbinary(1024) not null,
  delete_marker boolean not null,
  etag varchar(1024) not null,
  size_bytes bigint not null,
  last_modified bigint not null comment 'seconds since 1970',
  storage_class varchar(1024),
  content_type varchar(1024) comment 'null: not known',
  tags_known boolean not null,
  metadata_known boolean not null,
  primary key (object, version_id)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists ${catalogue_tag} (
  object bigint not null,
  ordinal int not null,
  name varbinary(1024) not null comment 'UTF-8',
  content mediumtext not null,
  primary key (object, ordinal, name)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists ${catalogue_metadata} (
  object bigint not null,
  ordinal int not null,
  name varbinary(1024) not null comment 'UTF-8',
  content mediumtext not null,
  primary key (object, ordinal, name)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

-- Where the next block of numbers starts.
create table if not exists ${catalogue_number} (
  next_number bigint not null
) engine = innodb;

insert into ${catalogue_number} (next_number) select 1 from dual where not exists (select 1 from ${catalogue_number});
