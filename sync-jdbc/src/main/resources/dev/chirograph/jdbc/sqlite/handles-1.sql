-- Where the bytes of files are. Whoever adds a row that refers to an object that others may refer to
-- claims its location in the same transaction, and whoever changes a row gives it a new etag.
create table if not exists ${file_handle} (
  id blob not null primary key check (length(id) between 1 and 1024),
  etag text not null, -- changes whenever the row does
  project_id text not null, -- whose file it is
  preview_id blob, -- a handle that moves with it
  created_by text not null,
  created_on integer not null, -- microseconds since 1970
  metadata_type text,
  content_type text,
  content_size integer, -- bytes
  content_md5 text, -- hexadecimal
  bucket_name text not null,
  name text, -- of the file, for people
  key_bytes blob not null check (length(key_bytes) between 1 and 1024),
  version_id text, -- null: the latest
  storage_location_id integer,
  endpoint text
);

create index if not exists ${prefix}file_handle_owner on ${file_handle} (project_id, id);

create index if not exists ${prefix}file_handle_place on ${file_handle} (bucket_name, key_bytes, id);
