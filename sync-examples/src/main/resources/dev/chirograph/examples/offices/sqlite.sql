-- An office's tables in a file of SQLite.
create table synset (
  id text not null primary key,
  topic integer not null,
  relations integer not null,
  gloss text not null,
  changed timestamp(3) not null,
  version integer not null
);

create index synset_by_version on synset (version);

create table sense (
  synset text not null references synset (id),
  number integer not null,
  lemma text not null,
  version integer not null,
  primary key (synset, number)
);

create index sense_by_version on sense (version);
