-- Names that jobs share, kept once. A lane is one tenant's queue of one kind of job.
create table if not exists ${lane} (
  id int generated always as identity primary key,
  tenant text not null,
  queue text not null,
  kind text not null,
  unique (tenant, queue, kind)
);

create table if not exists ${scope} (
  id int generated always as identity primary key,
  lane int not null references ${lane} (id),
  name text not null,
  unique (lane, name)
);

-- A statement takes one number and gives its rows the thousand after it, in the caller's order.
create sequence if not exists ${job_seq} increment by 1024;

-- Jobs that wait. Those that run are in leases. No primary key: a lease finds rows by ctid.
-- state 0 ready (at: since when), 1 delayed (at: until when), 2 held; ranking is minus the priority,
-- flags 1 full, 2 may delete; times are microseconds since 1970.
create table if not exists ${job} (
  seq bigint not null,
  at bigint not null,
  run bigint not null,
  lane int not null,
  scope int not null,
  hash int not null,
  ranking smallint not null,
  state smallint not null,
  flags smallint not null,
  attempts smallint not null,
  item bytea not null check (octet_length(item) between 1 and 1024),
  note bytea not null,
  error bytea not null
) with (
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_analyze_scale_factor = 0.02,
  autovacuum_vacuum_cost_delay = 0
);

create unique index if not exists ${prefix}job_key on ${job} (scope, item);

create index if not exists ${prefix}job_ready on ${job} (lane, ranking, seq) where state = 0;

create index if not exists ${prefix}job_delayed on ${job} (lane, at) where state = 1;

create index if not exists ${prefix}job_held on ${job} (run) where state = 2;

create index if not exists ${prefix}job_run on ${job} (run) where run <> 0 and state <> 2;

-- Batches that run. hashes and jobs hold one entry per slot; run is the batch's only run, or -1.
-- settled has one bit per slot; notes are those written since the lease began.
create table if not exists ${lease} (
  fence bigint generated always as identity primary key,
  lane int not null,
  expires bigint not null,
  run bigint not null,
  slots int not null,
  hashes int[] not null,
  settled bytea not null,
  notes bytea not null,
  jobs bytea not null
) with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_cost_delay = 0
);

-- Compressing would cost more than it saves: a batch lives for a moment.
alter table ${lease} alter column hashes set storage external;

alter table ${lease} alter column jobs set storage external;

create index if not exists ${prefix}lease_lane on ${lease} (lane, expires);

create table if not exists ${dead} (
  scope int not null,
  item bytea not null,
  lane int not null,
  run bigint not null,
  buried bigint not null,
  ranking smallint not null,
  flags smallint not null,
  attempts smallint not null,
  note bytea not null,
  error bytea not null,
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
