-- Sallyport's tables, step 1: first_tables. Safe to run again.
-- Times are milliseconds since 1970-01-01T00:00:00Z. Of each row, "data" is what Sallyport reads back;
-- the other columns are there to be asked for.

create table if not exists `sallyport_migrations` (
  version integer not null,
  name varchar(64) not null,
  applied_at bigint not null,
  primary key (version)
);

create table if not exists `sallyport_profiles` (
  user_id varbinary(255) not null,
  revision bigint not null,
  commit_id varbinary(64) not null,
  row_version integer not null,
  epoch bigint not null,
  methods text character set utf8mb4 collate utf8mb4_bin not null,
  enrollments integer not null,
  recovery_codes integer not null,
  devices integer not null,
  failures integer not null,
  locked_until bigint,
  changed_at bigint not null,
  data mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  primary key (user_id),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) engine = InnoDB;

create table if not exists `sallyport_flows` (
  user_id varbinary(255) not null,
  id varbinary(64) not null,
  revision bigint not null,
  commit_id varbinary(64) not null,
  row_version integer not null,
  kind varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
  state varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
  expires_at bigint not null,
  changed_at bigint not null,
  data mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  primary key (user_id, id),
  key `sallyport_flows_expiry` (expires_at),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) engine = InnoDB;

create table if not exists `sallyport_audit` (
  user_id varbinary(255) not null,
  commit_id varbinary(64) not null,
  seq integer not null,
  row_version integer not null,
  at bigint not null,
  kind varchar(64) character set utf8mb4 collate utf8mb4_bin not null,
  flow_id varbinary(64),
  data mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  primary key (user_id, commit_id, seq),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) engine = InnoDB;

insert into `sallyport_migrations` (version, name, applied_at)
select 1, 'first_tables', timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(3)) div 1000
where not exists (select 1 from `sallyport_migrations` where version = 1);
