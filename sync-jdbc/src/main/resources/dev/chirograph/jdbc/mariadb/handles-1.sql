-- Where the bytes of files are. Whoever adds a row that refers to an object that others may refer to
-- claims its location in the same transaction, and whoever changes a row gives it a new etag.
create table if not exists ${file_handle} (
  id varbinary(1024) not null primary key check (length(id) >= 1),
  etag varchar(100) not null comment 'changes whenever the row does',
  project_id varbinary(1020) not null comment 'whose file it is',
  preview_id varbinary(1024) comment 'a handle that moves with it',
  created_by varchar(255) not null,
  created_on bigint not null comment 'microseconds since 1970',
  metadata_type varchar(100),
  content_type varchar(1024),
  content_size bigint comment 'bytes',
  content_md5 varchar(32) comment 'hexadecimal',
  bucket_name varbinary(255) not null,
  name varchar(1024) comment 'of the file, for people',
  key_bytes varbinary(1024) not null check (length(key_bytes) >= 1),
  version_id varbinary(1024) comment 'null: the latest',
  storage_location_id bigint,
  endpoint varchar(1024),
  index ${prefix}file_handle_owner (project_id, id),
  index ${prefix}file_handle_place (bucket_name, key_bytes, id)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
