-- Small records with compare-and-set.
create table if not exists ${state} (
  tenant text not null,
  space text not null,
  key_bytes blob not null check (length(key_bytes) between 1 and 1024),
  rev integer not null, -- never used before
  updated integer not null, -- microseconds since 1970
  content blob not null,
  primary key (tenant, space, key_bytes)
);

-- Where the next block of numbers starts.
create table if not exists ${state_number} (
  next_number integer not null
);

insert into ${state_number} (next_number) select 1 where not exists (select 1 from ${state_number});
