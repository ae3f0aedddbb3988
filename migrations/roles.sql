-- The three roles, made once by a superuser, before or after the first migration; running it again changes nothing:
--   psql -v ON_ERROR_STOP=1 -1 -d tokenledger -f roles.sql
--
--   tokenledger_owner   owns the schema; `tokenledgerd migrate` connects as it ([database] migrate_url)
--   tokenledger_daemon  what `tokenledgerd serve` connects as ([database] url): it can add to the ledger, not rewrite it
--   tokenledger_report  reads, for people and dashboards
--
-- They can log in, but have no password: let peer authentication map the service's user to its role (pg_hba.conf,
-- pg_ident.conf), or give each a password with \password.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tokenledger_owner', 'tokenledger_daemon', 'tokenledger_report'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', name);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
    END LOOP;
END
$$;

COMMENT ON ROLE tokenledger_owner IS 'Owns the schema tokenledger; applies migrations.';
COMMENT ON ROLE tokenledger_daemon IS 'tokenledgerd: adds to the ledger, cannot rewrite it.';
COMMENT ON ROLE tokenledger_report IS 'Reads the ledger.';

-- The owner needs no right to create schemas: this one is made for it.
DO $$
BEGIN
    IF to_regnamespace('tokenledger') IS NULL THEN
        CREATE SCHEMA tokenledger;
    END IF;
END
$$;
ALTER SCHEMA tokenledger OWNER TO tokenledger_owner;

-- Where the schema was there before the roles, hand it over. Indexes and identity sequences follow their tables.
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT format('ALTER TABLE %s OWNER TO tokenledger_owner', oid::regclass) AS command
          FROM pg_catalog.pg_class
         WHERE relnamespace = 'tokenledger'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO tokenledger_owner', oid::regprocedure)
          FROM pg_catalog.pg_proc
         WHERE pronamespace = 'tokenledger'::regnamespace
    LOOP
        EXECUTE thing.command;
    END LOOP;

    IF to_regprocedure('tokenledger.grant_privileges()') IS NOT NULL THEN
        PERFORM tokenledger.grant_privileges();
    END IF;
END
$$;
