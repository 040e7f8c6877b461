-- Small records with compare-and-set. Names are bytes in UTF-8: no collation makes two of them one.
create table if not exists ${state} (
  tenant varbinary(400) not null,
  space varbinary(400) not null,
  key_bytes varbinary(1024) not null check (length(key_bytes) >= 1),
  rev bigint not null comment 'never used before',
  updated bigint not null comment 'microseconds since 1970',
  content mediumblob not null,
  primary key (tenant, space, key_bytes)
) engine = innodb row_format = dynamic default charset = utf8mb4;

-- Where the next block of numbers starts.
create table if not exists ${state_number} (
  next_number bigint not null
) engine = innodb;

insert into ${state_number} (next_number) select 1 from dual where not exists (select 1 from ${state_number});
