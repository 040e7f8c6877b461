package dev.chirograph.jdbc;

/** Queries of the catalogues of databases, the same columns of each beside each other. */
final class TableCatalogueSql {

  private TableCatalogueSql() {}

  // ---- table, column, type, size, digits, nullable, filled, type to cast to, who writes it

  static final String POSTGRES_COLUMNS =
      """
      select c.relname, a.attname,
        case when coalesce(b.typtype, y.typtype) = 'e' then 'enum' else coalesce(b.typname, y.typname) end,
        case when m.typmod < 0 then 0
          when coalesce(b.typname, y.typname) = 'numeric' then (m.typmod - 4) / 65536
          when coalesce(b.typname, y.typname) in ('varchar', 'bpchar') then m.typmod - 4
          else 0 end,
        case when coalesce(b.typname, y.typname) in ('time', 'timestamp', 'timestamptz')
            then case when m.typmod < 0 then 6 else m.typmod end
          when m.typmod >= 0 and coalesce(b.typname, y.typname) = 'numeric'
            then ((m.typmod - 4) & 2047 # 1024) - 1024
          else 0 end,
        not (a.attnotnull or y.typnotnull),
        a.atthasdef or a.attidentity <> '',
        format_type(coalesce(b.oid, y.oid), null),
        case when a.attgenerated <> '' then 'BY_DATABASE' when a.attidentity = 'a' then 'ONCE'
          else 'BY_ANYBODY' end
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type y on y.oid = a.atttypid
      left join pg_type b on y.typtype = 'd' and b.oid = y.typbasetype
      cross join lateral (
        select case when y.typtype = 'd' then y.typtypmod else a.atttypmod end as typmod) m
      where n.nspname = coalesce(:schema, current_schema()) and c.relkind in ('r', 'p') and :tables
      order by c.relname, a.attnum""";

  static final String MARIADB_COLUMNS =
      """
      select t.table_name, c.column_name,
        case when c.column_type like '%unsigned%' then concat(c.data_type, ' unsigned') else c.data_type end,
        coalesce(c.character_maximum_length, c.numeric_precision, 0),
        coalesce(c.datetime_precision, c.numeric_scale, 0),
        c.is_nullable = 'YES',
        coalesce(c.column_default, 'NULL') <> 'NULL' or c.extra like '%auto_increment%'
          or c.extra like '%GENERATED%',
        c.data_type,
        case when length(c.generation_expression) > 0 then 'BY_DATABASE' else 'BY_ANYBODY' end
      from information_schema.tables t
      join information_schema.columns c
        on c.table_schema = t.table_schema and c.table_name = t.table_name
      where t.table_schema = coalesce(:schema, database()) and t.table_type = 'BASE TABLE' and :tables
      order by t.table_name, c.ordinal_position""";

  static final String H2_COLUMNS =
      """
      select t.table_name, c.column_name, c.data_type,
        cast(coalesce(c.character_maximum_length, c.numeric_precision, 0) as bigint),
        coalesce(c.datetime_precision, c.numeric_scale, 0),
        c.is_nullable = 'YES',
        c.column_default is not null or c.is_identity = 'YES' or c.is_generated = 'ALWAYS',
        c.data_type,
        case when c.is_generated = 'ALWAYS' then 'BY_DATABASE'
          when c.identity_generation = 'ALWAYS' then 'ONCE' else 'BY_ANYBODY' end
      from information_schema.tables t
      join information_schema.columns c
        on c.table_schema = t.table_schema and c.table_name = t.table_name
      where t.table_schema = coalesce(:schema, current_schema) and t.table_type = 'BASE TABLE'
        and :tables
      order by t.table_name, c.ordinal_position""";

  /**
   * The types are as they were declared; a primary key is taken as one that no null is put into.
   */
  static final String SQLITE_COLUMNS =
      """
      select t.table_name, c.name, c.type, 0, 0, c."notnull" = 0 and c.pk = 0,
        c.dflt_value is not null or (c.pk > 0 and upper(c.type) = 'INTEGER'), c.type, 'BY_ANYBODY'
      from (select name as table_name, type from sqlite_master) t
      join pragma_table_info(t.table_name) c
      where t.type = 'table' and t.table_name not like 'sqlite\\_%' escape '\\' :schema and :tables
      order by t.table_name, c.cid""";

  // ---- table, index, unique, identifies, ranges, column, exact; the primary key first

  static final String POSTGRES_INDEXES =
      """
      select c.relname, cast(x.indexrelid as varchar), x.indisunique or x.indisexclusion,
        x.indisunique and x.indpred is null and x.indisvalid and x.indimmediate,
        m.amname = 'btree' and x.indpred is null and x.indisvalid, a.attname,
        k.coll <> a.attcollation and not o.collisdeterministic
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_index x on x.indrelid = c.oid
      join pg_class i on i.oid = x.indexrelid
      join pg_am m on m.oid = i.relam
      cross join lateral unnest(x.indkey, x.indcollation) with ordinality k(attnum, coll, place)
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum > 0
      left join pg_collation o on o.oid = a.attcollation
      where n.nspname = coalesce(:schema, current_schema()) and :tables and k.place <= x.indnkeyatts
      order by c.relname, not x.indisprimary, x.indexrelid, k.place""";

  static final String MARIADB_INDEXES =
      """
      select t.table_name, t.index_name, t.non_unique = 0,
        t.non_unique = 0 and t.index_type = 'BTREE', t.index_type = 'BTREE',
        case when t.sub_part is null then t.column_name end, 0
      from information_schema.statistics t
      where t.table_schema = coalesce(:schema, database()) and :tables
      order by t.table_name, t.index_name <> 'PRIMARY', t.index_name, t.seq_in_index""";

  static final String H2_INDEXES =
      """
      select t.table_name, t.index_name, t.is_unique, t.is_unique, true, t.column_name, false
      from information_schema.index_columns t
      join information_schema.indexes i
        on i.index_schema = t.index_schema and i.index_name = t.index_name
          and i.table_name = t.table_name
      where t.table_schema = coalesce(:schema, current_schema) and :tables
      order by t.table_name, i.index_type_name <> 'PRIMARY KEY', t.index_name, t.ordinal_position""";

  /** Whatever the collations of indexes: rows are ordered letter by letter. */
  static final String SQLITE_INDEXES =
      """
      select t.table_name, 'primary key', 1, 1, 1, p.name, 0, 0 as late, p.pk as place
      from (select name as table_name, type from sqlite_master) t
      join pragma_table_info(t.table_name) p on p.pk > 0
      where t.type = 'table' :schema and :tables
      union all
      select t.table_name, l.name, l."unique", l."unique" and not l.partial, not l.partial, i.name,
        0, 1, i.seqno
      from (select name as table_name, type from sqlite_master) t
      join pragma_index_list(t.table_name) l on l.origin <> 'pk'
      join pragma_index_info(l.name) i
      where t.type = 'table'
      order by 1, 8, 2, 9""";

  // ---- table and the one that it refers to

  static final String POSTGRES_PARENTS =
      """
      select distinct c.relname, p.relname
      from pg_constraint f
      join pg_class c on c.oid = f.conrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_class p on p.oid = f.confrelid
      where f.contype = 'f' and p.relnamespace = c.relnamespace
        and n.nspname = coalesce(:schema, current_schema()) and :tables
      order by 1, 2""";

  static final String MARIADB_PARENTS =
      """
      select distinct t.table_name, t.referenced_table_name
      from information_schema.key_column_usage t
      where t.referenced_table_name is not null and t.referenced_table_schema = t.table_schema
        and t.table_schema = coalesce(:schema, database()) and :tables
      order by 1, 2""";

  static final String H2_PARENTS =
      """
      select distinct t.table_name, p.table_name
      from information_schema.referential_constraints r
      join information_schema.table_constraints t
        on t.constraint_schema = r.constraint_schema and t.constraint_name = r.constraint_name
      join information_schema.table_constraints p
        on p.constraint_schema = r.unique_constraint_schema
          and p.constraint_name = r.unique_constraint_name
      where p.table_schema = t.table_schema
        and t.table_schema = coalesce(:schema, current_schema) and :tables
      order by 1, 2""";

  static final String SQLITE_PARENTS =
      """
      select distinct t.table_name, f."table"
      from (select name as table_name, type from sqlite_master) t
      join pragma_foreign_key_list(t.table_name) f
      where t.type = 'table' :schema and :tables
      order by 1, 2""";
}
