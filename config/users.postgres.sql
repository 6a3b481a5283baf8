-- The users of `auth.users.provider: postgres`. Apply it with
--
--     psql --set ON_ERROR_STOP=1 --single-transaction --file config/users.postgres.sql "$DATABASE_URL"
--
-- as the owner of the database, for the first time and after each update of Expressway: it changes only what is not there yet. Needs
-- PostgreSQL 13 or later and a database in UTF8. The router itself needs less; give its role no more than
--
--     GRANT SELECT, UPDATE (password) ON expressway_users TO expressway;
--
-- (without UPDATE, set auth.users.postgres.rehash to false). The columns have the names and the meaning of the keys of the users file.

DO $$
BEGIN
  IF getdatabaseencoding() <> 'UTF8' THEN
    RAISE EXCEPTION 'the database of users must be in UTF8, and is in %', getdatabaseencoding();
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS expressway_users (
  id text COLLATE "C" PRIMARY KEY DEFAULT gen_random_uuid()::text CHECK (id ~ '^[^[:space:]]{1,128}$'),
  -- Compared byte by byte: Zoe, zoe and Zoë are three users.
  username text COLLATE "C" NOT NULL UNIQUE CHECK (username ~ '^[^:[:cntrl:]]{1,128}$'),
  role text NOT NULL,
  roles text[] NOT NULL DEFAULT '{}',
  -- A hash as "expressway hash-password" prints it, or of another kind; NULL: there is no log-in by password.
  password text,
  disabled boolean NOT NULL DEFAULT false,
  tokens_valid_from timestamptz,
  wampcra jsonb,
  scram jsonb,
  -- Hex in lower case, without colons.
  public_keys text[] CHECK (public_keys::text ~ '^[{]([0-9a-f]{64},?)*[}]$'),
  certificates text[] CHECK (certificates::text ~ '^[{]([0-9a-f]{64},?)*[}]$')
);

-- Who has a key or a certificate.
CREATE INDEX IF NOT EXISTS expressway_users_public_keys ON expressway_users USING gin (public_keys);
CREATE INDEX IF NOT EXISTS expressway_users_certificates ON expressway_users USING gin (certificates);

-- Tells routers who has changed, when the transaction is through: by id, or without one if there are many.
CREATE OR REPLACE FUNCTION expressway_users_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO ids FROM (SELECT id FROM later LIMIT 101) AS changed;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(id) INTO ids FROM (SELECT id FROM former LIMIT 101) AS changed;
  ELSIF TG_OP = 'UPDATE' THEN
    SELECT array_agg(id) INTO ids FROM (SELECT id FROM former UNION SELECT id FROM later LIMIT 101) AS changed;
  END IF;
  IF TG_OP = 'TRUNCATE' OR cardinality(ids) > 100 THEN
    PERFORM pg_notify('expressway_users', '');
  ELSE
    PERFORM pg_notify('expressway_users', id) FROM unnest(ids) AS id;
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS expressway_users_inserted ON expressway_users;
CREATE TRIGGER expressway_users_inserted AFTER INSERT ON expressway_users
  REFERENCING NEW TABLE AS later FOR EACH STATEMENT EXECUTE FUNCTION expressway_users_changed();

DROP TRIGGER IF EXISTS expressway_users_updated ON expressway_users;
CREATE TRIGGER expressway_users_updated AFTER UPDATE ON expressway_users
  REFERENCING OLD TABLE AS former NEW TABLE AS later FOR EACH STATEMENT EXECUTE FUNCTION expressway_users_changed();

DROP TRIGGER IF EXISTS expressway_users_deleted ON expressway_users;
CREATE TRIGGER expressway_users_deleted AFTER DELETE ON expressway_users
  REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION expressway_users_changed();

DROP TRIGGER IF EXISTS expressway_users_truncated ON expressway_users;
CREATE TRIGGER expressway_users_truncated AFTER TRUNCATE ON expressway_users
  FOR EACH STATEMENT EXECUTE FUNCTION expressway_users_changed();
