-- The tables that all customers share, on PostgreSQL: whose a row is stands first in every key.
create table synset (
  customer_id text collate "C" not null,
  database_id text collate "C" not null,
  id text collate "C" not null,
  topic bigint not null,
  relations bigint not null,
  gloss text not null,
  changed timestamp(3) not null,
  version bigint not null,
  primary key (customer_id, database_id, id),
  constraint a_gloss_says_something check (gloss <> '')
);

create index synset_by_version on synset (customer_id, database_id, version);

create table sense (
  customer_id text collate "C" not null,
  database_id text collate "C" not null,
  synset text collate "C" not null,
  number bigint not null,
  lemma text not null,
  version bigint not null,
  primary key (customer_id, database_id, synset, number),
  foreign key (customer_id, database_id, synset) references synset
);

create index sense_by_version on sense (customer_id, database_id, version);
