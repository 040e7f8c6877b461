-- Buckets; objects name them by number.
create table if not exists ${catalogue_bucket} (
  bucket integer primary key autoincrement,
  tenant text not null,
  name text not null,
  unique (tenant, name)
);

-- One row for each object, with the evidence of its latest version.
create table if not exists ${catalogue_object} (
  object integer not null primary key,
  bucket integer not null,
  key_bytes blob not null check (length(key_bytes) between 1 and 1024),
  path text not null, -- the key for people; look up by key_bytes
  id text not null,
  rev integer not null, -- changes with every write and never comes back
  deleted integer not null, -- the latest version is a delete marker
  publicly_readable integer, -- null: not known
  partial integer not null, -- a part could not be read; the next run looks again
  etag text,
  size_bytes integer,
  last_modified integer not null, -- seconds since 1970
  version_id text not null,
  history text not null,
  created integer not null, -- microseconds since 1970, as updated
  updated integer not null,
  unique (bucket, key_bytes),
  unique (bucket, id)
);

-- All versions of an object; the newest has the greatest place, and only it is the latest.
create table if not exists ${catalogue_version} (
  object integer not null,
  ordinal integer not null, -- names the version in the tables of tags and metadata
  place integer not null,
  latest integer not null,
  version_id text not null,
  delete_marker integer not null,
  etag text not null,
  size_bytes integer not null,
  last_modified integer not null, -- seconds since 1970
  storage_class text,
  content_type text, -- null: not known
  tags_known integer not null,
  metadata_known integer not null,
  primary key (object, version_id)
) without rowid;

create table if not exists ${catalogue_tag} (
  object integer not null,
  ordinal integer not null,
  name text not null,
  content text not null,
  primary key (object, ordinal, name)
) without rowid;

create table if not exists ${catalogue_metadata} (
  object integer not null,
  ordinal integer not null,
  name text not null,
  content text not null,
  primary key (object, ordinal, name)
) without rowid;

-- Where the next block of numbers starts.
create table if not exists ${catalogue_number} (
  next_number integer not null
);

insert into ${catalogue_number} (next_number) select 1 where not exists (select 1 from ${catalogue_number});
