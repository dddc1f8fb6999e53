-- Sallyport's tables, step 1: first_tables. Safe to run again.
-- Times are milliseconds since 1970-01-01T00:00:00Z. Of each row, "data" is what Sallyport reads back;
-- the other columns are there to be asked for.

begin immediate;

create table if not exists "sallyport_migrations" (
  version integer not null,
  name varchar(64) not null,
  applied_at bigint not null,
  primary key (version)
);

create table if not exists "sallyport_profiles" (
  user_id text not null,
  revision integer not null,
  commit_id text not null,
  row_version integer not null,
  epoch integer not null,
  methods text not null,
  enrollments integer not null,
  recovery_codes integer not null,
  devices integer not null,
  failures integer not null,
  locked_until integer,
  changed_at integer not null,
  data text not null,
  primary key (user_id),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) strict;

create table if not exists "sallyport_flows" (
  user_id text not null,
  id text not null,
  revision integer not null,
  commit_id text not null,
  row_version integer not null,
  kind text not null,
  state text not null,
  expires_at integer not null,
  changed_at integer not null,
  data text not null,
  primary key (user_id, id),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) strict;

create index if not exists "sallyport_flows_expiry" on "sallyport_flows" (expires_at);

create table if not exists "sallyport_audit" (
  user_id text not null,
  commit_id text not null,
  seq integer not null,
  row_version integer not null,
  at integer not null,
  kind text not null,
  flow_id text,
  data text not null,
  primary key (user_id, commit_id, seq),
  check (octet_length(user_id) between 1 and 255),
  check (octet_length(data) <= 1048576)
) strict;

insert into "sallyport_migrations" (version, name, applied_at)
select 1, 'first_tables', cast(unixepoch('subsec') * 1000 as integer)
where not exists (select 1 from "sallyport_migrations" where version = 1);

commit;
