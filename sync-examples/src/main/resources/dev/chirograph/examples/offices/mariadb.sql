-- An office's tables on MariaDB. Collations that take a for A are as good as any here.
create sequence versions;

create table synset (
  id varchar(9) not null primary key,
  topic smallint not null,
  relations int not null,
  gloss text not null,
  changed datetime(3) not null,
  version bigint not null,
  key (version)
) character set utf8mb4;

create table sense (
  synset varchar(9) not null,
  number int not null,
  lemma varchar(100) not null,
  version bigint not null,
  primary key (synset, number),
  key (version),
  foreign key (synset) references synset (id)
) character set utf8mb4;
