// Dictionaries of evidence: stored unchanged, and read from the database if the program has another.
#include "codec/evidence.hpp"
#include "ledger/redact.hpp"
#include "verify_ledger.hpp"

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

// SQL for `bytes` with another dictionary id: flips a bit of the byte at `place`.
std::string with_changed_id(const std::string& bytes, int place) {
    const std::string at = std::to_string(place);
    return "set_byte(" + bytes + ", " + at + ", get_byte(" + bytes + ", " + at + ") # 1)";
}

} // namespace

BOOST_AUTO_TEST_SUITE(evidence_dictionaries)

BOOST_FIXTURE_TEST_CASE(the_migration_stores_the_built_in_dictionary, store_fixture) {
    BOOST_TEST(value("SELECT dictionary_id FROM tokenledger.evidence_dictionaries") ==
               std::to_string(ledger::current_dictionary_id()));
}

BOOST_FIXTURE_TEST_CASE(a_dictionary_cannot_be_changed_or_deleted, store_fixture) {
    for (const char* role : {"origin", "replica"}) {
        database.session().run(std::string("SET session_replication_role = ") + role);
        for (const char* attempt :
             {"UPDATE tokenledger.evidence_dictionaries SET created_at = now()",
              "DELETE FROM tokenledger.evidence_dictionaries", "TRUNCATE tokenledger.evidence_dictionaries"})
            BOOST_TEST(database.session().refused(attempt).sqlstate == "TL001");
    }
}

BOOST_FIXTURE_TEST_CASE(the_hash_and_id_of_a_row_must_match_its_dictionary, store_fixture) {
    const auto refused = [&](const std::string& values) {
        return database.session()
            .refused(
                "INSERT INTO tokenledger.evidence_dictionaries (dictionary_sha256, dictionary_id, dictionary)"
                " SELECT " +
                values + " FROM tokenledger.evidence_dictionaries")
            .constraint;
    };
    BOOST_TEST(refused("sha256('x'), dictionary_id, dictionary") == "evidence_dictionaries_sha256");
    BOOST_TEST(refused("sha256(dictionary), dictionary_id + 1, dictionary") ==
               "evidence_dictionaries_header");
    BOOST_TEST(refused("sha256('no dictionary'), 1, 'no dictionary'") == "evidence_dictionaries_header");
    BOOST_TEST(refused("sha256(dictionary || 'x'), dictionary_id, dictionary || 'x'") ==
               "evidence_dictionaries_dictionary_id_key");
}

BOOST_FIXTURE_TEST_CASE(evidence_is_read_with_a_dictionary_of_the_database_if_the_program_lacks_it,
                        verify_fixture) {
    // The same dictionary under another id, as if another version had stored it.
    const std::string other = with_changed_id("dictionary", 4);
    database.session().run(
        "INSERT INTO tokenledger.evidence_dictionaries (dictionary_sha256, dictionary_id, dictionary)"
        " SELECT sha256(" +
        other + "), dictionary_id # 1, " + other + " FROM tokenledger.evidence_dictionaries");
    tamper("UPDATE tokenledger.stripe_events SET evidence = " + with_changed_id("evidence", 5) +
           " WHERE event_id IN ('evt_1', 'evt_7')");
    for (const auto& each : verify(true))
        BOOST_ERROR(text_of(each));
    tamper("UPDATE tokenledger.stripe_events SET received_at = '2026-01-01'");
    static_cast<void>(ledger::redact_evidence({.database = options, .before_us = 1'770'000'000'000'000}));
    BOOST_TEST(value("SELECT evidence_sha256 = sha256(convert_to(E't=1,v1=2\\n{\"id\":\"evt_1\"}', 'UTF8'))"
                     " FROM tokenledger.stripe_events WHERE event_id = 'evt_1'") == "t");
}

BOOST_AUTO_TEST_SUITE_END()
