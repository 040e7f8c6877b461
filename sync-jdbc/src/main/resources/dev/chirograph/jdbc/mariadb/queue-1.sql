-- Names that jobs share, kept once. A lane is one tenant's queue of one kind of job.
-- Names are binary: MariaDB and MySQL would compare text without case, accents or final spaces.
create table if not exists ${lane} (
  id int not null auto_increment primary key,
  tenant varbinary(800) not null,
  queue varbinary(800) not null,
  kind varbinary(200) not null,
  unique (tenant, queue, kind)
) engine = InnoDB;

create table if not exists ${scope} (
  id int not null auto_increment primary key,
  lane int not null,
  name varbinary(800) not null,
  unique (lane, name),
  foreign key (lane) references ${lane} (id)
) engine = InnoDB;

-- A call takes one ticket, whose row it removes, and gives its rows the thousand numbers that start
-- at 1024 times the ticket, in the caller's order.
create table if not exists ${job_ticket} (
  ticket bigint not null auto_increment primary key
) engine = InnoDB;

-- Jobs that wait. Those that run are in leases.
-- state 0 ready (at: since when), 1 delayed (at: until when), 2 held; ranking is minus the priority,
-- flags 1 full, 2 may delete; times are microseconds since 1970.
create table if not exists ${job} (
  seq bigint not null primary key,
  at bigint not null,
  run bigint not null,
  lane int not null,
  scope int not null,
  hash int not null,
  ranking smallint not null,
  state smallint not null,
  flags smallint not null,
  attempts smallint not null,
  item varbinary(1024) not null,
  note varbinary(4096) not null,
  error varbinary(4000) not null,
  unique ${prefix}job_key (scope, item),
  index ${prefix}job_ready (lane, state, ranking, seq),
  index ${prefix}job_delayed (lane, state, at),
  index ${prefix}job_run (run, state)
) engine = InnoDB;

-- Batches that run. hashes holds four bytes per slot, jobs one record per slot; run is the batch's
-- only run, or -1. settled has one bit per slot; notes are those written since the lease began.
create table if not exists ${lease} (
  fence bigint not null auto_increment primary key,
  lane int not null,
  expires bigint not null,
  run bigint not null,
  slots int not null,
  hashes longblob not null,
  settled longblob not null,
  notes longblob not null,
  jobs longblob not null,
  index ${prefix}lease_lane (lane, expires)
) engine = InnoDB;

create table if not exists ${dead} (
  scope int not null,
  item varbinary(1024) not null,
  lane int not null,
  run bigint not null,
  buried bigint not null,
  ranking smallint not null,
  flags smallint not null,
  attempts smallint not null,
  note varbinary(4096) not null,
  error varbinary(4000) not null,
  primary key (scope, item)
) engine = InnoDB;

-- How many jobs of a run and scope were released to delete; the limit of a release counts them all.
create table if not exists ${run} (
  tenant varbinary(800) not null,
  queue varbinary(800) not null,
  run bigint not null,
  scope varbinary(800) not null,
  released bigint not null,
  primary key (tenant, queue, run, scope)
) engine = InnoDB;
