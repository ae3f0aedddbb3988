// The schema that this program needs: what is built in, what the database has, and how to bring it up to
// date.
#pragma once

#include "ledger/postgres.hpp"

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

// One file of migrations/, built into the program.
struct migration {
    std::string_view version; // YYYYMMDDHHMMSS
    std::string_view name;    // what_it_does
    std::string_view sql;
};
[[nodiscard]] std::span<const migration> known_migrations() noexcept;
// migrations/rights.sql, built in likewise: what the roles may do in a database that has all of them.
[[nodiscard]] std::string_view known_rights() noexcept;

enum class schema_state : std::uint8_t {
    current,  // every known migration is applied, unchanged, and no other
    missing,  // no schema, or migrations are missing: run `tokenledgerd migrate`
    newer,    // a newer program added migrations, all of which allow this program to go on writing
    unknown,  // a migration that this program does not know forbids it to write
    changed,  // a file was changed after it was applied
    unusable, // the database itself cannot be used: its encoding
};
// Whether this program may write to it.
[[nodiscard]] constexpr bool may_serve(schema_state state) noexcept {
    return state == schema_state::current || state == schema_state::newer;
}
struct schema_report {
    schema_state state = schema_state::missing;
    std::string detail; // one sentence for the operator; empty when current
};
// Throws store_error if the database cannot be asked, unreadable_url if it cannot be found.
[[nodiscard]] schema_report inspect_schema(const postgres_options& options);

struct applied_migration {
    std::string version;
    std::string name;
};
// Applies what is missing, in order, each in one transaction under pg_advisory_xact_lock; the last one
// together with the rights. If none is missing and the function that grants the rights is another than ours,
// it applies the rights alone; never beside a newer program's migration. Returns what it applied: rights that
// were applied alone are named `rights`, with the version of the newest migration. Throws store_error;
// migration_refused if a file was changed after it was applied, the schema is newer than this program may
// write to, or the database is unusable.
[[nodiscard]] std::vector<applied_migration> migrate(const postgres_options& options);

class migration_refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace tokenledger::ledger
