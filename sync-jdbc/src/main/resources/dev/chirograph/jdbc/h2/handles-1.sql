-- Where the bytes of files are. Whoever adds a row that refers to an object that others may refer to
-- claims its location in the same transaction, and whoever changes a row gives it a new etag.
create table if not exists ${file_handle} (
  id varbinary(1024) not null primary key check (length(id) >= 1),
  etag varchar(100) not null, -- changes whenever the row does
  project_id varchar(255) not null, -- whose file it is
  preview_id varbinary(1024), -- a handle that moves with it
  created_by varchar(255) not null,
  created_on bigint not null, -- microseconds since 1970
  metadata_type varchar(100),
  content_type varchar(1024),
  content_size bigint, -- bytes
  content_md5 varchar(32), -- hexadecimal
  bucket_name varchar(255) not null,
  name varchar(1024), -- of the file, for people
  key_bytes varbinary(1024) not null check (length(key_bytes) >= 1),
  version_id varchar(1024), -- null: the latest
  storage_location_id bigint,
  endpoint varchar(1024)
);

create index if not exists ${prefix}file_handle_owner on ${file_handle} (project_id, id);

create index if not exists ${prefix}file_handle_place on ${file_handle} (bucket_name, key_bytes, id);
