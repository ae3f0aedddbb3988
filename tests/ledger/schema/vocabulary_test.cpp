// The constraints of the database list exactly the names of the program, and allow the same combinations of
// type and source.
#include "test_database.hpp"

#include "core/snapshot.hpp"
#include "ledger/facts.hpp"
#include "ledger/names.hpp"
#include "ledger/outcome.hpp"
#include "ledger/sources.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace tokenledger;
using namespace tokenledger::test;
using words = std::set<std::string>;

void add(words& to, std::span<const std::string_view> names) {
    to.insert(names.begin(), names.end());
}

template <class Enum>
words all_names() {
    words found;
    for (const Enum each : ledger::all_values<Enum>())
        found.emplace(to_string(each));
    return found;
}

struct constraints : test_database {
    // The strings that the constraint compares with.
    words strings_of(const std::string& constraint) {
        words found;
        for (const auto& row :
             session().rows("SELECT DISTINCT match[1] FROM pg_constraint, LATERAL regexp_matches("
                            "pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') AS match WHERE conname = '" +
                            constraint + "'"))
            found.insert(row.front().value_or("NULL"));
        return found;
    }
    // True if the constraint accepts a row with these columns.
    bool allows(const std::string& constraint, const std::string& columns) {
        const auto definition = session().rows(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '" + constraint + "'");
        std::string condition = definition.at(0).at(0).value().substr(std::string("CHECK ").size());
        // A constraint that was replaced is not checked against older rows.
        if (const std::string_view mark = " NOT VALID"; condition.ends_with(mark))
            condition.resize(condition.size() - mark.size());
        return session().rows("SELECT " + condition + " FROM (SELECT " + columns + ") AS row").at(0).at(0) ==
               "t";
    }
};

std::string column(std::string_view name, std::string_view value) {
    return "'" + std::string(value) + "'::text AS " + std::string(name);
}

} // namespace

BOOST_AUTO_TEST_SUITE(vocabulary)

BOOST_FIXTURE_TEST_CASE(the_constraints_of_the_database_list_the_names_of_the_program, constraints) {
    words kinds;
    add(kinds, ledger::transaction_type_names());
    add(kinds, ledger::source_names());
    BOOST_TEST(strings_of("token_transactions_type_source") == kinds, boost::test_tools::per_element());
    words results;
    add(results, ledger::event_result_names());
    results.erase("expired"); // shown, never stored: docs/decisions/0020
    BOOST_TEST(strings_of("stripe_events_result") == results, boost::test_tools::per_element());
    BOOST_TEST(strings_of("idempotency_keys_scope") == all_names<ledger::key_scope>(),
               boost::test_tools::per_element());
    BOOST_TEST((strings_of("member_limits_per") == words{"day", "month"})); // and 24h, which is no word
    BOOST_TEST(strings_of("payment_disputes_status") == all_names<ledger::dispute_status>(),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_database_allows_the_same_types_and_sources_as_the_program, constraints) {
    for (const ledger::transaction_type_row& type : ledger::transaction_types) {
        const std::string of_type = column("transaction_type", type.name);
        for (const ledger::source_row& source : ledger::sources) {
            BOOST_TEST_INFO(type.name << " from " << source.name);
            BOOST_TEST(
                allows("token_transactions_type_source", of_type + ", " + column("source", source.name)) ==
                source.types.contains(type.type));
        }
        BOOST_TEST_INFO(type.name);
        BOOST_TEST(allows("token_transactions_sign",
                          of_type + ", 'any'::text AS source, 1::bigint AS token_amount") ==
                   (type.sign != ledger::token_sign::negative));
        BOOST_TEST_INFO(type.name);
        BOOST_TEST(allows("token_transactions_sign",
                          of_type + ", 'any'::text AS source, -1::bigint AS token_amount") ==
                   (type.sign != ledger::token_sign::positive));
    }
    for (const ledger::source_row& source : ledger::sources) {
        BOOST_TEST_INFO(source.name);
        BOOST_TEST(allows("token_transactions_reference",
                          column("source", source.name) + ", NULL::text AS reference") ==
                   !source.reference_scope.has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
