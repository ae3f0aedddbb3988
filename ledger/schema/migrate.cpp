// Finds out which migrations the database has, and applies the missing ones and the rights.
#include "ledger/postgres.hpp"

#include "ledger/schema.hpp"
#include "pg/array.hpp"
#include "pg/connection.hpp"
#include "schema/inspect.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace tokenledger::ledger {

namespace {

// "tokenldg" as a number: the lock of a program that migrates.
constexpr std::int64_t migration_lock = 0x746f6b656e6c6467;
// "tok gate": every batch holds this lock, shared; see tokenledger.open_batch.
constexpr std::int64_t batches_lock = 0x746f6b2067617465;

struct recorded {
    std::string name;
    std::optional<std::string> checksum; // none: applied by psql or the Supabase CLI
    std::string oldest_program;          // the oldest program that may go on writing
};
using recorded_map = std::map<std::string, recorded, std::less<>>;

recorded_map read_recorded(pg::connection& connection) {
    recorded_map known;
    if (connection.exec("SELECT to_regclass('tokenledger.schema_migrations') IS NOT NULL").text(0, 0) != "t")
        return known;
    // A migration added the last column, so it may be missing.
    const pg::rows rows = connection.exec("SELECT version, name, encode(checksum, 'hex'), "
                                          "coalesce(to_jsonb(known) ->> 'oldest_program', version)"
                                          " FROM tokenledger.schema_migrations AS known ORDER BY version");
    for (std::size_t row = 0; row < rows.size(); ++row) {
        recorded& entry = known[std::string(rows.text(row, 0))];
        entry.name = rows.text(row, 1);
        if (const auto checksum = rows.get(row, 2))
            entry.checksum = *checksum;
        entry.oldest_program = rows.text(row, 3);
    }
    return known;
}

// Parallel to known_migrations(). The database computes them, so that a row filled in with psql compares
// equal.
std::vector<std::string> checksums(pg::connection& connection) {
    pg::array files;
    for (const migration& each : known_migrations())
        files.add(each.sql);
    const std::optional<std::string> parameter[] = {std::move(files).finish()};
    const pg::rows rows = connection.exec("SELECT encode(sha256(convert_to(sql, 'UTF8')), 'hex')"
                                          " FROM unnest($1::text[]) WITH ORDINALITY AS files (sql, place)"
                                          " ORDER BY place",
                                          parameter);
    std::vector<std::string> sums;
    for (std::size_t row = 0; row < rows.size(); ++row)
        sums.emplace_back(rows.text(row, 0));
    return sums;
}

std::string file_name(std::string_view version, std::string_view name) {
    return std::string(version) + "_" + std::string(name) + ".sql";
}

bool is_known(std::string_view version) {
    const auto known = known_migrations();
    return std::any_of(known.begin(), known.end(),
                       [&](const migration& each) { return each.version == version; });
}

schema_report compare(const recorded_map& applied, const std::vector<std::string>& sums) {
    const auto known = known_migrations();
    std::string newest; // the newest migration that is not known
    for (const auto& [version, entry] : applied) {
        if (is_known(version))
            continue;
        newest = file_name(version, entry.name);
        if (entry.oldest_program > known.back().version)
            return {schema_state::unknown, "the database has the migration " + newest +
                                               ", which this program does not know, and may not write "
                                               "beside: a newer program applied it"};
    }
    const migration* missing = nullptr;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const auto entry = applied.find(known[i].version);
        if (entry == applied.end()) {
            missing = missing != nullptr ? missing : &known[i];
        } else if (entry->second.checksum && *entry->second.checksum != sums[i]) {
            return {schema_state::changed,
                    "the migration " + file_name(known[i].version, known[i].name) +
                        " was changed after it was applied to this database: restore the"
                        " file, and put what is new into a migration of its own"};
        }
    }
    if (missing != nullptr)
        return {schema_state::missing, "the database lacks the migration " +
                                           file_name(missing->version, missing->name) +
                                           ": run `tokenledgerd migrate`"};
    if (!newest.empty())
        return {schema_state::newer, "the database has the migration " + newest +
                                         ", which this program does not know, and may go on beside"};
    return {schema_state::current, ""};
}

// Faults that no setting of a session can correct.
std::optional<std::string> unusable(pg::connection& connection) {
    const std::string encoding(connection.exec("SELECT current_setting('server_encoding')").text(0, 0));
    if (encoding == "UTF8")
        return std::nullopt;
    return "the encoding of the database is " + encoding +
           ", and must be UTF8: make another with CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8'";
}

// Begins a transaction under the lock, and reads what is recorded: another program may have applied it while
// this one waited.
recorded_map begin_migration(pg::connection& connection, const std::vector<std::string>& sums) {
    connection.exec("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " +
                    std::string(pg::plain_text_settings) +
                    "SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock(" +
                    std::to_string(migration_lock) + ")");
    recorded_map applied = read_recorded(connection);
    const schema_report report = compare(applied, sums);
    if (report.state == schema_state::unknown || report.state == schema_state::changed)
        throw migration_refused(report.detail);
    return applied;
}

// Applies one file in one transaction; the last that was missing, with the rights. True if it was missing.
bool apply_one(pg::connection& connection, const migration& file, const std::vector<std::string>& sums,
               const std::string& checksum) {
    recorded_map applied = begin_migration(connection, sums);
    const auto entry = applied.find(file.version);
    const bool missing = entry == applied.end();
    if (missing) {
        // Between batches: none waits for a table of this migration while it holds what the migration needs.
        connection.exec("SELECT pg_advisory_xact_lock(" + std::to_string(batches_lock) + ")");
        connection.exec(std::string(file.sql));
    }
    if (missing || !entry->second.checksum) {
        const std::optional<std::string> parameters[] = {std::string(file.version), checksum};
        const pg::rows done =
            connection.exec("UPDATE tokenledger.schema_migrations SET checksum = decode($2, 'hex')"
                            " WHERE version = $1 AND checksum IS NULL",
                            parameters);
        if (done.affected_rows() != 1)
            throw migration_refused("the migration " + file_name(file.version, file.name) +
                                    " does not record itself in tokenledger.schema_migrations");
    }
    if (missing) {
        applied.emplace(file.version, recorded{});
        if (compare(applied, sums).state == schema_state::current)
            connection.exec(std::string(known_rights()));
    }
    connection.commit();
    return missing;
}

// Whether the function that grants the rights has the text of migrations/rights.sql.
bool has_known_rights(pg::connection& connection) {
    const pg::rows function =
        connection.exec("SELECT prosrc FROM pg_catalog.pg_proc"
                        " WHERE oid = to_regprocedure('tokenledger.grant_privileges()')");
    return function.size() == 1 &&
           known_rights().find("AS $$" + std::string(function.text(0, 0)) + "$$;") != std::string_view::npos;
}

// Applies the rights alone, if this program's are not there: somebody altered them, or another tool applied
// the migrations. Beside a newer program's migration the rights are that program's. True if they were
// applied.
bool apply_rights(pg::connection& connection, const std::vector<std::string>& sums) {
    const recorded_map applied = begin_migration(connection, sums);
    const bool due = compare(applied, sums).state == schema_state::current && !has_known_rights(connection);
    if (due)
        connection.exec(std::string(known_rights()));
    connection.commit();
    return due;
}

} // namespace

schema_report inspect_schema(const postgres_options& options) {
    pg::connection connection(options.url, options.connect_timeout);
    connection.limit(options.statement_timeout + options.connect_timeout);
    return inspect_schema(connection);
}

schema_report inspect_schema(pg::connection& connection) {
    if (auto why = unusable(connection))
        return {schema_state::unusable, std::move(*why)};
    const std::vector<std::string> sums = checksums(connection);
    return compare(read_recorded(connection), sums);
}

std::vector<applied_migration> migrate(const postgres_options& options) {
    // Without a limit: rebuilding a large table may take long. If an exception leaves a transaction open,
    // it ends with the connection.
    pg::connection connection(options.url, options.connect_timeout);
    if (const auto why = unusable(connection))
        throw migration_refused(*why);
    const std::vector<std::string> sums = checksums(connection);
    std::vector<applied_migration> applied;
    const auto known = known_migrations();
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (apply_one(connection, known[i], sums, sums[i]))
            applied.push_back({std::string(known[i].version), std::string(known[i].name)});
    }
    if (apply_rights(connection, sums))
        applied.push_back({std::string(known.back().version), "rights"});
    return applied;
}

} // namespace tokenledger::ledger
