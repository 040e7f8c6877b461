-- Names that jobs share, kept once. A lane is one tenant's queue of one kind of job.
create table if not exists ${lane} (
  id integer primary key autoincrement,
  tenant text not null,
  queue text not null,
  kind text not null,
  unique (tenant, queue, kind)
);

create table if not exists ${scope} (
  id integer primary key autoincrement,
  lane int not null,
  name text not null,
  unique (lane, name),
  foreign key (lane) references ${prefix}lane (id)
);

-- Jobs that wait. Those that run are in leases.
-- state 0 ready (at: since when), 1 delayed (at: until when), 2 held; ranking is minus the priority,
-- flags 1 full, 2 may delete; times are microseconds since 1970.
create table if not exists ${job} (
  seq integer primary key autoincrement,
  at bigint not null,
  run bigint not null,
  lane int not null,
  scope int not null,
  hash int not null,
  ranking smallint not null,
  state smallint not null,
  flags smallint not null,
  attempts smallint not null,
  item blob not null,
  note blob not null,
  error blob not null
);

create unique index if not exists ${prefix}job_key on ${job} (scope, item);

create index if not exists ${prefix}job_ready on ${job} (lane, ranking, seq) where state = 0;

create index if not exists ${prefix}job_delayed on ${job} (lane, at) where state = 1;

create index if not exists ${prefix}job_run on ${job} (run, state) where run <> 0;

-- Batches that run. hashes holds four bytes per slot, jobs one record per slot; run is the batch's
-- only run, or -1. settled has one bit per slot; notes are those written since the lease began.
create table if not exists ${lease} (
  fence integer primary key autoincrement,
  lane int not null,
  expires bigint not null,
  run bigint not null,
  slots int not null,
  hashes blob not null,
  settled blob not null,
  notes blob not null,
  jobs blob not null
);

create index if not exists ${prefix}lease_lane on ${lease} (lane, expires);

create table if not exists ${dead} (
  scope int not null,
  item blob not null,
  lane int not null,
  run bigint not null,
  buried bigint not null,
  ranking smallint not null,
  flags smallint not null,
  attempts smallint not null,
  note blob not null,
  error blob not null,
  primary key (scope, item)
);

-- How many jobs of a run and scope were released to delete; the limit of a release counts them all.
create table if not exists ${run} (
  tenant text not null,
  queue text not null,
  run bigint not null,
  scope text not null,
  released bigint not null,
  primary key (tenant, queue, run, scope)
);
