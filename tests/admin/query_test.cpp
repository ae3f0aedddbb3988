// Queries: reading the request line, writing the answer.
#include "admin/query.hpp"
#include "admin_requests.hpp"

#include "ledger/names.hpp"

#include <type_traits>

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using ledger::activity_query;
using ledger::events_query;
using ledger::purchases_query;
using ledger::transactions_query;
using ledger::usage_query;
using test::problem_of;
using test::verdict;

std::variant<query, problem> asked(std::string_view path, permit_set permits = allowance{}.permits) {
    const auto found = resolve({.method = "GET", .target = path}, permits);
    BOOST_REQUIRE_EQUAL(verdict(found), "ok");
    return read_query(std::get<resolved_call>(found), permits);
}

template <class Query>
Query query_of(std::string_view path, permit_set permits = allowance{}.permits) {
    const auto found = asked(path, permits);
    BOOST_REQUIRE_EQUAL(verdict(found), "ok");
    const query& what = std::get<query>(found);
    if constexpr (std::is_constructible_v<ledger::list_query, Query>)
        return std::get<Query>(std::get<ledger::list_query>(what));
    else
        return std::get<Query>(what);
}

std::int64_t from_of(const std::string& time) {
    return query_of<transactions_query>("/v1/transactions?from=" + time).filter.period.from_us.value();
}

// Answers every query with the values of its members.
struct fixed_reader : ledger::reader {
    std::optional<ledger::account_view> known_account{};
    std::optional<ledger::balance_view> balance{};
    std::optional<ledger::payment_view> known_payment{};
    std::optional<ledger::event_view> known_event{};
    std::optional<ledger::evidence_view> bytes{};
    ledger::page<ledger::transaction_view> rows{};
    std::optional<ledger::query_fault> fault{};

    std::optional<ledger::account_view> account(const std::string&) override { return known_account; }
    std::optional<ledger::balance_view> balance_at_time(const std::string&, std::int64_t) override {
        return balance;
    }
    std::optional<ledger::balance_view> balance_at_sequence(const std::string&, std::int64_t) override {
        return balance;
    }
    std::optional<ledger::payment_view> payment(const std::string&) override { return known_payment; }
    std::optional<ledger::event_view> event(const std::string&) override { return known_event; }
    std::optional<ledger::evidence_view> evidence(const std::string&) override { return bytes; }
    ledger::list_page list(const ledger::list_query&) override {
        if (fault)
            throw ledger::bad_query(*fault, "no");
        return rows;
    }
    ledger::queue_view queue() override { return {.parked = 3, .waiting = 2}; }
    std::vector<ledger::usage_report_row> usage_report(const ledger::usage_filter&,
                                                       const ledger::report_shape&) override {
        return {};
    }
    std::vector<ledger::transaction_report_row> transaction_report(const ledger::transaction_filter&,
                                                                   const ledger::report_shape&) override {
        return {};
    }
};

constexpr std::int64_t a_day_us = 86'400'000'000;

} // namespace

BOOST_AUTO_TEST_SUITE(admin_queries)

BOOST_AUTO_TEST_CASE(transactions_can_be_filtered_by_actor) {
    BOOST_TEST((query_of<transactions_query>("/v1/transactions?actor=4294967295").filter.actor ==
                std::optional<std::int64_t>(4294967295)));
    BOOST_TEST((query_of<transactions_query>("/v1/transactions?actor=0").filter.actor ==
                std::optional<std::int64_t>(0)));
    BOOST_TEST(!query_of<transactions_query>("/v1/transactions").filter.actor);
    for (const char* wrong : {"-1", "4294967296", "root", "1.0"})
        BOOST_TEST(verdict(asked(std::string("/v1/transactions?actor=") + wrong)) == "invalid_parameter 400",
                   wrong);
    BOOST_TEST(verdict(asked("/v1/purchases?actor=1")) == "unknown_parameter 400");
}

BOOST_AUTO_TEST_CASE(the_queue_query_returns_both_counts_and_takes_no_filter) {
    fixed_reader from;
    BOOST_TEST(run_query(query_of<queue_query>("/v1/queue"), from).body == R"({"parked":3,"waiting":2})");
    BOOST_TEST(verdict(asked("/v1/queue?result=parked")) == "unknown_parameter 400");
}

BOOST_AUTO_TEST_CASE(an_account_can_be_read_now_at_a_time_or_at_a_sequence) {
    const auto now = query_of<account_query>("/v1/accounts/a%2Fb");
    BOOST_TEST(now.user_id == "a/b");
    BOOST_TEST((!now.at_us && !now.at_sequence));
    BOOST_TEST((query_of<account_query>("/v1/accounts/u?at=17").at_sequence == 17));
    const auto then = query_of<account_query>("/v1/accounts/u?at=1970-01-02");
    BOOST_TEST((then.at_us == a_day_us && !then.at_sequence));
    for (const std::string_view at : {"0", "-5", "1.5", "17x", "9223372036854775808", "now"}) {
        BOOST_TEST_INFO(at);
        BOOST_TEST(verdict(asked("/v1/accounts/u?at=" + std::string(at))) == "invalid_parameter 400");
    }
}

BOOST_AUTO_TEST_CASE(times_are_rfc_3339_or_days) {
    BOOST_TEST(from_of("1970-01-01") == 0);
    BOOST_TEST(from_of("1970-01-01T00:00:00Z") == 0);
    BOOST_TEST(from_of("1970-01-02t00:00:00.000001z") == a_day_us + 1);
    BOOST_TEST(from_of("1970-01-01T01:00:00.5%2B01:00") == 500'000);
    BOOST_TEST(from_of("1970-01-01T01:00:00+01:00") == 0); // a plus sign that was not encoded
    BOOST_TEST(from_of("1969-12-31T19:00:00-05:00") == 0);
    BOOST_TEST(from_of("2024-02-29") == 19782 * a_day_us);
    for (const std::string time : {"2023-02-29",
                                   "2026-13-01",
                                   "2026-00-01",
                                   "2026-01-32",
                                   "2026-1-1",
                                   "26-01-01",
                                   "2026-01-01T",
                                   "2026-01-01T00",
                                   "2026-01-01T00:00Z",
                                   "2026-01-01T24:00:00Z",
                                   "2026-01-01T00:60:00Z",
                                   "2026-01-01T00:00:60Z",
                                   "2026-01-01T00:00:00",
                                   "2026-01-01T00:00:00.Z",
                                   "2026-01-01T00:00:00.1234567Z",
                                   "2026-01-01T00:00:00ZZ",
                                   "2026-01-01T00:00:00%2B1:00",
                                   "yesterday",
                                   "1795372084",
                                   "2026-01-01%00"}) {
        BOOST_TEST_INFO(time);
        BOOST_TEST(verdict(asked("/v1/transactions?from=" + time)) == "invalid_parameter 400");
    }
}

BOOST_AUTO_TEST_CASE(a_list_query_has_filters_limit_order_and_cursor) {
    const auto all = query_of<transactions_query>("/v1/transactions");
    BOOST_TEST(all.filter.user_id == "");
    BOOST_TEST(
        (!all.filter.type && !all.filter.source && !all.filter.period.from_us && !all.filter.period.to_us));
    BOOST_TEST(all.page.limit == ledger::default_page_limit);
    BOOST_TEST((all.page.order == ledger::page_order::newest_first));

    const auto some = query_of<transactions_query>("/v1/"
                                                   "transactions?user_id=u&type=refund&source=stripe&to=1970-"
                                                   "01-02&limit=1000&order=oldest_first&cursor=c");
    BOOST_TEST(some.filter.user_id == "u");
    BOOST_TEST((some.filter.type == ledger::transaction_type::refund));
    BOOST_TEST((some.filter.source == ledger::source::stripe));
    BOOST_TEST((some.filter.period.to_us == a_day_us));
    BOOST_TEST(some.page.limit == 1000U);
    BOOST_TEST(some.page.cursor == "c");
    BOOST_TEST((some.page.order == ledger::page_order::oldest_first));

    BOOST_TEST(query_of<purchases_query>("/v1/purchases?user_id=u").filter.user_id == "u");
    const auto used = query_of<usage_query>("/v1/usage?action_type=a&model_used=m&user_id=u").filter;
    BOOST_TEST(used.action_type + used.model_used + used.user_id == "amu");
    BOOST_TEST(query_of<activity_query>("/v1/activity?user_id=u").filter.user_id == "u");
    const auto events = query_of<events_query>(
                            "/v1/events?result=parked&reason=bad_metadata&type=t&stripe_payment_intent_id=p")
                            .filter;
    BOOST_TEST(events.result + events.reason + events.type + events.payment_intent_id ==
               "parkedbad_metadatatp");
}

BOOST_AUTO_TEST_CASE(a_report_has_a_span_and_filters) {
    BOOST_TEST((query_of<usage_report_query>("/v1/reports/usage").shape.span == ledger::report_span::whole));
    const auto days = query_of<transaction_report_query>("/v1/reports/transactions?span=day&type=grant");
    BOOST_TEST((days.shape.span == ledger::report_span::day));
    BOOST_TEST((days.filter.type == ledger::transaction_type::grant));
}

BOOST_AUTO_TEST_CASE(a_usage_report_has_a_group_and_a_time) {
    const auto by_default = query_of<usage_report_query>("/v1/reports/usage").shape;
    BOOST_TEST((by_default.by == ledger::usage_group::action));
    BOOST_TEST((by_default.time == ledger::usage_time::reported));
    const auto asked_for =
        query_of<usage_report_query>("/v1/reports/usage?group_by=member&time=occurred&member=ada");
    BOOST_TEST((asked_for.shape.by == ledger::usage_group::member));
    BOOST_TEST((asked_for.shape.time == ledger::usage_time::occurred));
    BOOST_TEST(asked_for.filter.member == "ada");
    for (const char* target : {"/v1/reports/usage?group_by=members", "/v1/reports/usage?time=now"})
        BOOST_TEST(kind_of(problem_of(asked(target)).type).slug == "invalid_parameter");
    BOOST_TEST(kind_of(problem_of(asked("/v1/reports/transactions?group_by=member")).type).slug ==
               "unknown_parameter");
}

BOOST_AUTO_TEST_CASE(a_report_by_day_has_a_time_zone) {
    BOOST_TEST(query_of<usage_report_query>("/v1/reports/usage?span=day").shape.time_zone == "UTC");
    BOOST_TEST(
        query_of<usage_report_query>("/v1/reports/usage?span=day&time_zone=Europe/Berlin").shape.time_zone ==
        "Europe/Berlin");
    BOOST_TEST(query_of<transaction_report_query>("/v1/reports/transactions?time_zone=Asia%2FTokyo&span=day")
                   .shape.time_zone == "Asia/Tokyo");
    const auto wrong = problem_of(asked("/v1/reports/usage?time_zone=Europe/Berlin"));
    BOOST_TEST(kind_of(wrong.type).slug == "invalid_parameter");
    BOOST_TEST(test::mentions(wrong.detail, "span=day"));
    fixed_reader from;
    from.fault = ledger::query_fault::bad_time_zone;
    BOOST_TEST(run_query(transactions_query{}, from).status == 400U);
    BOOST_TEST(test::mentions(run_query(transactions_query{}, from).body, "\"field\":\"time_zone\""));
}

BOOST_AUTO_TEST_CASE(an_unknown_value_is_refused_with_the_known_ones_and_the_nearest) {
    const auto refused = [](const std::string& target) {
        const problem wrong = problem_of(asked(target));
        BOOST_TEST(kind_of(wrong.type).slug == "invalid_parameter");
        return wrong;
    };
    BOOST_TEST(refused("/v1/events?result=parkd").nearest == "parked");
    BOOST_TEST(refused("/v1/events?result=refused").field == "result");
    for (const std::string_view each : ledger::event_result_names()) {
        BOOST_TEST(test::mentions(refused("/v1/events?result=parkd").detail, each));
        BOOST_TEST(query_of<events_query>("/v1/events?result=" + std::string(each)).filter.result == each);
    }
    BOOST_TEST(refused("/v1/events?reason=unknown_pak").nearest == "unknown_pack");
    for (const std::string_view each : ledger::reason_names()) {
        BOOST_TEST(test::mentions(refused("/v1/events?reason=x").detail, each));
        BOOST_TEST(query_of<events_query>("/v1/events?reason=" + std::string(each)).filter.reason == each);
    }
    BOOST_TEST(refused("/v1/transactions?type=gant").nearest == "grant");
    BOOST_TEST(refused("/v1/reports/transactions?source=strip").nearest == "stripe");
    BOOST_TEST(test::mentions(refused("/v1/purchases?source=x").detail, "admin, subscription, trial"));
}

BOOST_AUTO_TEST_CASE(unknown_repeated_and_empty_parameters_are_refused) {
    const auto wrong = problem_of(asked("/v1/transactions?user=u"));
    BOOST_TEST(kind_of(wrong.type).slug == "unknown_parameter");
    BOOST_TEST(wrong.field == "user");
    BOOST_TEST(wrong.nearest == "user_id");
    for (const std::string_view bad :
         {"user_id=a&user_id=a", "user_id=", "user_id", "user_id=%FF", "user_id=%00", "type=Grant",
          "source=x", "limit=0", "limit=1001", "limit=+1", "limit=1e2", "order=", "order=asc", "cursor="}) {
        BOOST_TEST_INFO(bad);
        BOOST_TEST(verdict(asked("/v1/transactions?" + std::string(bad))) == "invalid_parameter 400");
    }
    BOOST_TEST(verdict(asked("/v1/purchases?type=grant")) == "unknown_parameter 400");
    BOOST_TEST(verdict(asked("/v1/payments/pi_1?limit=1")) == "unknown_parameter 400");
    BOOST_TEST(test::mentions(problem_of(asked("/v1/events/evt_1?x=1")).detail, "takes none"));
}

BOOST_AUTO_TEST_CASE(an_id_in_the_path_is_an_identifier) {
    for (const std::string path :
         {"/v1/accounts/", "/v1/accounts/%FF", "/v1/events/%00", "/v1/payments/%ED%A0%80"})
        BOOST_TEST(verdict(resolve({.method = "GET", .target = path}, {permit::read})) ==
                   "malformed_target 400");
    const auto length = [](std::size_t size) {
        const std::string path = "/v1/accounts/" + std::string(size, 'x');
        return verdict(resolve({.method = "GET", .target = path}, {permit::read}));
    };
    BOOST_TEST(length(255) == "ok");
    BOOST_TEST(length(256) == "malformed_target 400");
}

BOOST_AUTO_TEST_CASE(the_body_of_an_event_is_read_only_with_its_permit) {
    BOOST_TEST(query_of<event_query>("/v1/events/evt_1").with_body);
    BOOST_TEST(!query_of<event_query>("/v1/events/evt_1", {permit::read}).with_body);
}

BOOST_AUTO_TEST_CASE(each_kind_of_missing_row_has_its_own_problem_type) {
    fixed_reader none;
    const auto told = [&](const query& what) { return std::string(run_query(what, none).result); };
    BOOST_TEST(told(account_query{.user_id = "u"}) == "unknown_account");
    BOOST_TEST(told(account_query{.user_id = "u", .at_us = 1}) == "unknown_account");
    BOOST_TEST(told(account_query{.user_id = "u", .at_sequence = 1}) == "unknown_sequence");
    BOOST_TEST(told(payment_query{"pi"}) == "unknown_payment");
    BOOST_TEST(told(event_query{.event_id = "evt"}) == "unknown_event");
    BOOST_TEST(run_query(payment_query{"pi"}, none).status == 404U);
}

BOOST_AUTO_TEST_CASE(a_query_that_the_ledger_refuses_names_the_problem) {
    fixed_reader from;
    from.fault = ledger::query_fault::bad_cursor;
    BOOST_TEST(run_query(transactions_query{}, from).status == 400U);
    BOOST_TEST(test::mentions(run_query(transactions_query{}, from).body, "\"field\":\"cursor\""));
    from.fault = ledger::query_fault::too_large;
    BOOST_TEST(run_query(transactions_query{}, from).result == "report_too_large");
    from.fault = ledger::query_fault::bad_text;
    BOOST_TEST(run_query(transactions_query{}, from).result == "invalid_parameter");
}

BOOST_AUTO_TEST_CASE(a_page_leaves_out_absent_members) {
    fixed_reader from;
    BOOST_TEST(run_query(transactions_query{}, from).body == R"({"rows":[],"more":false})");
    ledger::transaction_view row{.user_id = "u", .sequence = 1, .token_amount = 5, .balance_after = 5};
    from.rows = {.rows = {row}, .next = "abc", .more = true};
    BOOST_TEST(run_query(transactions_query{}, from).body ==
               R"({"rows":[{"user_id":"u","sequence":1,"type":"grant","source":"admin","token_amount":5,)"
               R"("balance_before":0,"balance_after":5,"created_at":"1970-01-01T00:00:00.000000Z"}],)"
               R"("next":"abc","more":true})");
}

BOOST_AUTO_TEST_CASE(times_before_1970_and_up_to_9999_are_written_correctly) {
    fixed_reader from;
    const auto written = [&](std::int64_t us) {
        from.balance = ledger::balance_view{.user_id = "u", .created_at_us = us};
        const json_tree body(run_query(account_query{.user_id = "u", .at_us = 0}, from).body);
        return std::string(body.root().member("created_at").string().value_or(""));
    };
    BOOST_TEST(written(-1) == "1969-12-31T23:59:59.999999Z");
    BOOST_TEST(written(a_day_us * 19782 + 3'723'000'004) == "2024-02-29T01:02:03.000004Z");
    BOOST_TEST(written(253402300799'999999) == "9999-12-31T23:59:59.999999Z");
}

BOOST_AUTO_TEST_CASE(the_body_of_an_event_is_shown_byte_for_byte_if_it_is_readable) {
    fixed_reader from;
    from.known_event = ledger::event_view{.event_id = "evt", .type = "t", .result = "parked"};
    from.bytes = ledger::evidence_view{.signature_header = "t=1,\xE9", .body = "{\"a\": \"\xC3\xA9\\n\"}\n"};
    const event_query full{.event_id = "evt", .with_body = true};
    const json_tree shown(run_query(full, from).body);
    const json_value evidence = shown.root().member("evidence");
    BOOST_TEST((evidence.member("body").string() == from.bytes->body));
    BOOST_TEST((evidence.member("signature_header").string() == "t=1,\xC3\xA9"));
    const json_tree kept_back(run_query(event_query{.event_id = "evt"}, from).body);
    BOOST_TEST(!kept_back.root().member("evidence"));
    from.bytes->readable = false;
    const json_tree unreadable(run_query(full, from).body);
    BOOST_TEST(!unreadable.root().member("evidence").member("body"));
    BOOST_TEST((unreadable.root().member("evidence").member("readable").boolean() == false));
}

BOOST_AUTO_TEST_CASE(a_payment_shows_its_facts_credit_and_entitlement) {
    fixed_reader from;
    ledger::payment_view payment{.payment_intent_id = "pi"};
    payment.facts.refunds["re_1"] = {
        .amount_cents = 5, .status = ledger::refund_status::voided, .moved_money = true};
    payment.facts.disputes["dp_1"] = {
        .amount_cents = 7,
        .balance_transactions = {{"txn_1", ledger::movement_of(-7, "chf")}, {"txn_2", {.takes_money = true}}},
        .status = ledger::dispute_status::lost};
    payment.entitlement = ledger::entitlement_view{.lost_cents = 7};
    payment.credit = ledger::credit_view{.user_id = "u", .tokens = 10, .currency = "usd", .pack = "starter"};
    from.known_payment = payment;
    const json_tree body(run_query(payment_query{"pi"}, from).body);
    const json_value facts = body.root().member("facts");
    BOOST_TEST((facts.member("refunds").first().member("status").string() == "void"));
    BOOST_TEST((facts.member("disputes").first().member("status").string() == "lost"));
    const json_value moved = facts.member("disputes").first().member("balance_transactions").first();
    BOOST_TEST((moved.member("takes_money").boolean() == true));
    BOOST_TEST((moved.member("amount_cents").integer() == -7));
    BOOST_TEST((moved.member("currency").string() == "chf"));
    BOOST_TEST((moved.next().member("takes_money").boolean() == true)); // as an earlier version stored it
    BOOST_TEST(!moved.next().member("amount_cents"));
    BOOST_TEST(!facts.member("disputes").first().member("signs_only"));
    BOOST_TEST((body.root().member("credit").member("user_id").string() == "u"));
    BOOST_TEST((body.root().member("entitlement").member("lost_cents").integer() == 7));
}

BOOST_AUTO_TEST_SUITE_END()
