// Encoding of commands: it is reversible, and a value has exactly one encoding.
#include "random_commands.hpp"

#include "codec/command.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using tokenledger::test::random_values;

constexpr int rounds = 20'000;

// One encoded field.
std::string field(std::string_view text) {
    return std::to_string(text.size()) + ":" + std::string(text) + ",";
}
std::string fields(std::initializer_list<std::string_view> all) {
    std::string made;
    for (const std::string_view each : all)
        made += field(each);
    return made;
}

admin_command of(std::vector<operation> operations) {
    admin_command made;
    made.operations = std::move(operations);
    return made;
}

bool survives(const stripe_effect& what) {
    const auto read = decode_effect(encode(what));
    return read && *read == what;
}
bool survives(const admin_command& what) {
    const auto read = decode_operations(encode(what));
    return read && *read == what.operations;
}

// True if decoding refuses the bytes, or encoding what was decoded gives them again.
bool refused_or_exact(std::string_view bytes) {
    if (const auto effect = decode_effect(bytes); effect && encode(*effect) != bytes)
        return false;
    auto operations = decode_operations(bytes);
    return !operations || encode(of(std::move(*operations))) == bytes;
}

std::string update_with(std::string_view refunds, std::string_view disputes) {
    return fields({"update", "true", "0", "0", "false", "false", refunds, disputes});
}

} // namespace

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(every_effect_and_every_command_decodes_to_itself) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed: " << seed);
    random_values any(seed);
    for (int i = 0; i < rounds; ++i) {
        const stripe_effect effect = any.effect();
        BOOST_REQUIRE_MESSAGE(survives(effect), encode(effect));
        const admin_command command = any.command();
        BOOST_REQUIRE_MESSAGE(survives(command), encode(command));
    }
}

BOOST_AUTO_TEST_CASE(different_values_have_different_encodings) {
    random_values any(1);
    std::map<std::string, stripe_effect> effects;
    std::map<std::string, operation> operations;
    for (int i = 0; i < rounds; ++i) {
        const stripe_effect effect = any.effect();
        BOOST_REQUIRE((effects.emplace(encode(effect), effect).first->second == effect));
        const operation one = any.operation();
        BOOST_REQUIRE((operations.emplace(encode(one), one).first->second == one));
    }
}

BOOST_AUTO_TEST_CASE(truncated_bytes_are_refused) {
    random_values any(2);
    for (int i = 0; i < 300; ++i) {
        const std::string effect = encode(any.effect());
        for (std::size_t size = 0; size < effect.size(); ++size)
            BOOST_REQUIRE(!decode_effect(std::string_view(effect).substr(0, size)));
        const operation one = any.operation();
        const std::string command = encode(of({one}));
        for (std::size_t size = 0; size < command.size(); ++size)
            BOOST_REQUIRE(!decode_operations(std::string_view(command).substr(0, size)));
    }
}

BOOST_AUTO_TEST_CASE(truncated_commands_are_refused_or_decode_to_whole_operations) {
    random_values any(3);
    for (int i = 0; i < 300; ++i) {
        const std::string bytes = encode(any.command());
        for (std::size_t size = 0; size < bytes.size(); ++size)
            BOOST_REQUIRE(refused_or_exact(std::string_view(bytes).substr(0, size)));
    }
}

BOOST_AUTO_TEST_CASE(damaged_bytes_are_refused_or_encode_to_themselves_again) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed: " << seed);
    random_values any(seed);
    int refused = 0;
    for (int i = 0; i < rounds; ++i) {
        const std::string effect = any.damaged(encode(any.effect()));
        BOOST_REQUIRE_MESSAGE(refused_or_exact(effect), effect);
        const std::string command = any.damaged(encode(any.command()));
        BOOST_REQUIRE_MESSAGE(refused_or_exact(command), command);
        refused += decode_operations(command) ? 0 : 1;
    }
    BOOST_TEST(refused > rounds / 2);
}

BOOST_AUTO_TEST_CASE(only_the_one_canonical_encoding_is_accepted) {
    BOOST_TEST(
        (decode_effect(fields({"park", "bad_payload"})) == stripe_effect(park_event{reason::bad_payload})));
    BOOST_TEST(decode_effect(update_with("", "")).has_value());
    const std::string refund = fields({"re_1", "5", "false", "true"});
    const std::string another = fields({"re_2", "5", "false", "true"});
    const std::string move = fields({"txn_1", "true"});
    const std::string dispute_head = fields({"dp_1", "5", "usd"});
    const std::string dispute_tail = fields({"false", "false", "1"});
    const std::string dispute = dispute_head + field(move) + dispute_tail;
    BOOST_TEST(decode_effect(update_with(refund + another, dispute)).has_value());
    const std::pair<const char*, std::string> bad[] = {
        {"nothing", ""},
        {"an unknown name", fields({"parked", "bad_payload"})},
        {"an unknown reason", fields({"park", "unknown"})},
        {"a length with a leading zero", "04:park," + field("bad_payload")},
        {"a length with a sign", "+4:park," + field("bad_payload")},
        {"a length beyond the end", "4:park,99999999999999999999:x,"},
        {"the largest length", "4:park,18446744073709551615:x,"},
        {"no comma", "4:park,0:"},
        {"a field too many", fields({"park", "bad_payload", ""})},
        {"a field too few", fields({"park"})},
        {"a number with a leading zero", fields({"update", "true", "007", "0", "false", "false", "", ""})},
        {"minus zero", fields({"update", "true", "-0", "0", "false", "false", "", ""})},
        {"a number with a plus", fields({"update", "true", "+1", "0", "false", "false", "", ""})},
        {"no number", fields({"update", "true", "", "0", "false", "false", "", ""})},
        {"a number beyond int64",
         fields({"update", "true", "9223372036854775808", "0", "false", "false", "", ""})},
        {"a boolean that is neither", fields({"update", "yes", "0", "0", "false", "false", "", ""})},
        {"one refund twice", update_with(refund + refund, "")},
        {"refunds out of order", update_with(another + refund, "")},
        {"half a refund", update_with(fields({"re_1", "5"}), "")},
        {"one dispute twice", update_with("", dispute + dispute)},
        {"one balance transaction twice", update_with("", dispute_head + field(move + move) + dispute_tail)},
        {"the newer form without need",
         fields({"settlement", "true", "0", "0", "", "false", "false", "", ""})},
        {"an unknown status of a dispute",
         update_with("", dispute_head + field(move) + fields({"false", "false", "4"}))},
    };
    for (const auto& [what, bytes] : bad) {
        BOOST_TEST_CONTEXT(what << ": " << bytes)
        BOOST_TEST(!decode_effect(bytes));
    }
    BOOST_TEST(!decode_operations(""));
    BOOST_TEST(!decode_operations(field("")));
    BOOST_TEST(!decode_operations(field(fields({"grant", "alice", "1", "3", "", "", ""})))); // no such source
    BOOST_TEST(decode_operations(field(fields({"grant", "alice", "1", "2", "", "", ""}))).has_value());
    BOOST_TEST(
        decode_operations(field(fields({"grant", "alice", "1", "2", "", "", "", "true"}))).has_value());
    BOOST_TEST(!decode_operations(field(fields({"grant", "alice", "1", "2", "", "", "", "false"}))));
    BOOST_TEST(!decode_operations(
        field(fields({"assign_event", "evt_1", "alice", "5", "", "pi_1", "9", "usd", "0", "", "", "1"}))));
    BOOST_TEST(!decode_operations(field(fields({"retry_event", "evt_1", "pi_1", "no effect"}))));
}

BOOST_AUTO_TEST_CASE(the_encoding_does_not_change_between_versions) {
    // Stored rows hold them: every later version must read what this one writes.
    BOOST_TEST(encode(stripe_effect(payment_update{.facts = {.refunded_cumulative_cents = 7}})) ==
               "6:update,4:true,1:0,1:7,5:false,5:false,0:,0:,");
    dispute_fact dispute{
        .amount_cents = 1999, .currency = "usd", .funds_withdrawn = true, .status = dispute_status::lost};
    dispute.balance_transactions = {{"txn_1", {.takes_money = true}}, {"txn_2", {}}};
    dispute.signs_only = true;
    payment_facts kept{.refunds = {{"re_1", {.amount_cents = 5, .moved_money = true}}},
                       .disputes = {{"dp_1", dispute}}};
    const std::string before =
        "6:update,4:true,1:0,1:0,5:false,5:false,26:4:re_1,1:5,5:false,4:true,,"
        "74:4:dp_1,4:1999,3:usd,31:5:txn_1,4:true,5:txn_2,5:false,,4:true,5:false,1:2,,";
    BOOST_TEST(encode(stripe_effect(payment_update{.facts = kept})) == before);
    BOOST_TEST((decode_effect(before) == stripe_effect(payment_update{.facts = kept})));
    // The newer form, with amounts.
    kept.refunded_currency = "usd";
    kept.refunds["re_1"].currency = "usd";
    kept.disputes["dp_1"].signs_only = false;
    kept.disputes["dp_1"].balance_transactions = {{"txn_1", movement_of(-1999, "usd")},
                                                  {"txn_2", movement_of(400, "eur")}};
    const std::string now =
        "10:settlement,4:true,1:0,1:0,3:usd,5:false,5:false,"
        "32:4:re_1,1:5,3:usd,5:false,4:true,,"
        "108:4:dp_1,4:1999,3:usd,57:5:txn_1,4:true,5:-1999,3:usd,5:txn_2,5:false,3:400,3:eur,,"
        "4:true,5:false,1:2,5:false,,";
    BOOST_TEST(encode(stripe_effect(payment_update{.facts = kept})) == now);
    BOOST_TEST((decode_effect(now) == stripe_effect(payment_update{.facts = kept})));
    BOOST_TEST(encode(operation(
                   deduction{.user_id = "\xC3\xA9", .tokens = 5, .reason = "a,b", .allow_negative = true})) ==
               "9:deduction,2:\xC3\xA9,1:5,3:a,b,4:true,");
}

template <class Operation>
using change = std::pair<const char*, std::function<void(Operation&)>>;

template <class Operation>
void require_in_hash(const Operation& what, const std::vector<change<Operation>>& held,
                     const std::vector<change<Operation>>& not_held) {
    const std::string first = hash_of(operation(what));
    const auto after = [&](const change<Operation>& one) {
        Operation changed = what;
        one.second(changed);
        BOOST_TEST(!(changed == what));
        BOOST_TEST((hash_of(of({what})) == hash_of(of({changed}))) == (first == hash_of(operation(changed))));
        BOOST_TEST(encode(operation(changed)) != encode(operation(what)));
        return hash_of(operation(changed));
    };
    for (const auto& each : held) {
        BOOST_TEST_CONTEXT(each.first)
        BOOST_TEST((after(each) != first));
    }
    for (const auto& each : not_held) {
        BOOST_TEST_CONTEXT(each.first)
        BOOST_TEST((after(each) == first));
    }
}

BOOST_AUTO_TEST_CASE(the_hash_of_a_request_covers_every_field) {
    require_in_hash<grant>({},
                           {{"user_id", [](grant& of) { of.user_id = "x"; }},
                            {"tokens", [](grant& of) { of.tokens = 1; }},
                            {"source", [](grant& of) { of.source = grant_source::trial; }},
                            {"reason", [](grant& of) { of.reason = "x"; }},
                            {"reference", [](grant& of) { of.reference = "x"; }},
                            {"metadata", [](grant& of) { of.metadata = "x"; }},
                            {"existing", [](grant& of) { of.existing = true; }}},
                           {});
    require_in_hash<deduction>({},
                               {{"user_id", [](deduction& of) { of.user_id = "x"; }},
                                {"tokens", [](deduction& of) { of.tokens = 1; }},
                                {"reason", [](deduction& of) { of.reason = "x"; }},
                                {"allow_negative", [](deduction& of) { of.allow_negative = true; }}},
                               {});
    require_in_hash<transfer>({},
                              {{"from", [](transfer& of) { of.from = "x"; }},
                               {"to", [](transfer& of) { of.to = "x"; }},
                               {"tokens", [](transfer& of) { of.tokens = 1; }},
                               {"reason", [](transfer& of) { of.reason = "x"; }}},
                              {});
    require_in_hash<usage>({},
                           {{"request_id", [](usage& of) { of.request_id = "x"; }},
                            {"user_id", [](usage& of) { of.user_id = "x"; }},
                            {"action_type", [](usage& of) { of.action_type = "x"; }},
                            {"model_used", [](usage& of) { of.model_used = "x"; }},
                            {"tokens_used", [](usage& of) { of.tokens_used = 1; }},
                            {"input_tokens", [](usage& of) { of.input_tokens = 0; }},
                            {"output_tokens", [](usage& of) { of.output_tokens = 0; }},
                            {"cost_estimate", [](usage& of) { of.cost_estimate = "1"; }},
                            {"charge", [](usage& of) { of.charge = 1; }}},
                           {});
}

BOOST_AUTO_TEST_CASE(the_hash_of_an_action_leaves_out_what_the_catalogue_or_event_adds) {
    require_in_hash<retry_event>({}, {{"event_id", [](retry_event& of) { of.event_id = "x"; }}},
                                 {{"payment_intent_id", [](retry_event& of) { of.payment_intent_id = "x"; }},
                                  {"effect", [](retry_event& of) { of.effect = purchase{}; }}});
    require_in_hash<dismiss_event>(
        {},
        {{"event_id", [](dismiss_event& of) { of.event_id = "x"; }},
         {"reason", [](dismiss_event& of) { of.reason = "x"; }}},
        {{"payment_intent_id", [](dismiss_event& of) { of.payment_intent_id = "x"; }}});
    require_in_hash<assign_event>(
        {},
        {{"event_id", [](assign_event& of) { of.event_id = "x"; }},
         {"user_id", [](assign_event& of) { of.user_id = "x"; }},
         {"tokens", [](assign_event& of) { of.tokens = 1; }},
         {"reason", [](assign_event& of) { of.reason = "x"; }}},
        {{"payment_intent_id", [](assign_event& of) { of.payment_intent_id = "x"; }},
         {"amount_cents", [](assign_event& of) { of.amount_cents = 1; }},
         {"currency", [](assign_event& of) { of.currency = "usd"; }},
         {"amount_requested_cents", [](assign_event& of) { of.amount_requested_cents = 1; }}});
    require_in_hash<assign_event>({.event_id = {},
                                   .user_id = {},
                                   .reason = {},
                                   .payment_intent_id = {},
                                   .currency = {},
                                   .pack = "starter"},
                                  {{"user_id", [](assign_event& of) { of.user_id = "x"; }},
                                   {"reason", [](assign_event& of) { of.reason = "x"; }},
                                   {"pack", [](assign_event& of) { of.pack = "x"; }},
                                   {"no pack", [](assign_event& of) { of.pack.clear(); }},
                                   {"quantity", [](assign_event& of) { of.quantity = 2; }}},
                                  {{"tokens", [](assign_event& of) { of.tokens = 1; }},
                                   {"catalog", [](assign_event& of) { of.catalog = "x"; }},
                                   {"currency", [](assign_event& of) { of.currency = "usd"; }}});
}

BOOST_AUTO_TEST_CASE(actions_of_different_kinds_have_different_hashes) {
    const std::string hashes[] = {
        hash_of(operation(retry_event())),
        hash_of(operation(dismiss_event())),
        hash_of(operation(assign_event())),
    };
    BOOST_TEST((hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]));
}

BOOST_AUTO_TEST_SUITE_END()
