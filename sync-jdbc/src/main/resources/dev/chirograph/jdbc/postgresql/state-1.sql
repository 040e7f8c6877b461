-- Small records with compare-and-set.
create table if not exists ${state} (
  tenant varchar(100) not null,
  space varchar(100) not null,
  key_bytes bytea not null check (length(key_bytes) between 1 and 1024),
  rev bigint not null, -- never used before
  updated bigint not null, -- microseconds since 1970
  content bytea not null,
  primary key (tenant, space, key_bytes)
);

-- Where the next block of numbers starts.
create table if not exists ${state_number} (
  next_number bigint not null
);

insert into ${state_number} (next_number) select 1 where not exists (select 1 from ${state_number});
