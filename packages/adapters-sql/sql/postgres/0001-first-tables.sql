-- Sallyport's tables, step 1: first_tables. Safe to run again.
-- Times are milliseconds since 1970-01-01T00:00:00Z. Of each row, "data" is what Sallyport reads back;
-- the other columns are there to be asked for.

begin;

create table if not exists "sallyport_migrations" (
  version integer not null,
  name varchar(64) not null,
  applied_at bigint not null,
  primary key (version)
);

create table if not exists "sallyport_profiles" (
  user_id text collate "C" not null,
  revision bigint not null,
  commit_id text collate "C" not null,
  row_version integer not null,
  epoch bigint not null,
  methods text not null,
  enrollments integer not null,
  recovery_codes integer not null,
  devices integer not null,
  failures integer not null,
  locked_until bigint,
  changed_at bigint not null,
  data text not null,
  primary key (user_id),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) with (fillfactor = 80);

create table if not exists "sallyport_flows" (
  user_id text collate "C" not null,
  id text collate "C" not null,
  revision bigint not null,
  commit_id text collate "C" not null,
  row_version integer not null,
  kind text not null,
  state text not null,
  expires_at bigint not null,
  changed_at bigint not null,
  data text not null,
  primary key (user_id, id),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) with (fillfactor = 80);

create index if not exists "sallyport_flows_expiry" on "sallyport_flows" (expires_at);

create table if not exists "sallyport_audit" (
  user_id text collate "C" not null,
  commit_id text collate "C" not null,
  seq integer not null,
  row_version integer not null,
  at bigint not null,
  kind text not null,
  flow_id text collate "C",
  data text not null,
  primary key (user_id, commit_id, seq),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
);

insert into "sallyport_migrations" (version, name, applied_at)
select 1, 'first_tables', cast(extract(epoch from now()) * 1000 as bigint)
where not exists (select 1 from "sallyport_migrations" where version = 1);

commit;
