// Reloads between the header and the body of a request, and replies at the deadline. Handlers without
// sockets.
#include "running_webhook.hpp"
#include "services/admin.hpp"

#include <boost/test/unit_test.hpp>

#include <variant>

namespace {

using namespace tokenledger;
using daemon::http_handlers;
using daemon::http_head;
using daemon::http_peer;
using daemon::http_reply;
using test::make_config;
using test::payment_body;
namespace http = boost::beast::http;
using steady = std::chrono::steady_clock;

// Accepts every command and never reports an outcome.
class dropping_ledger final : public ledger::command_sink {
  public:
    ledger::admission submit(ledger::command what, steady::time_point, ledger::completion_fn) override {
        taken.push_back(std::move(what));
        return ledger::admission::accepted;
    }
    std::vector<ledger::command> taken;
};

http_handlers::handled finish(http_handlers::admitted& admitted, std::string body) {
    auto* handle = std::get_if<http_handlers::handle_fn>(&admitted);
    BOOST_TEST_REQUIRE(handle != nullptr);
    return (*handle)(std::move(body), steady::time_point::max(), [](const http_reply&) {});
}

// 0: no reply yet.
unsigned status_of(const http_handlers::handled& done) {
    const auto* reply = std::get_if<http_reply>(&done);
    return reply != nullptr ? reply->status : 0;
}

struct webhook_fixture {
    http_handlers::admitted admit(std::string_view signed_with) {
        head.method(http::verb::post);
        head.target("/stripe/webhook");
        head.set("Stripe-Signature", webhook::sign(signed_with, body, test::now_seconds));
        return handlers.admit(head, peer);
    }
    http_handlers::handled finish(http_handlers::admitted& admitted) const {
        return ::finish(admitted, body);
    }

    static daemon::config with_secret(std::string_view key) {
        daemon::config made = make_config();
        made.webhook.endpoints.front().verifier = test::verifier_of({key});
        return made;
    }

    const std::string body = payment_body("evt_1", "pi_1");
    http_head head;
    http_peer peer{.uid = {}, .address = "127.0.0.1"};
    dropping_ledger ledger;
    daemon::metrics counters;
    daemon::webhook_service service{make_config(), ledger, counters, [] { return test::now_seconds; }};
    http_handlers handlers = service.handlers();
};

BOOST_FIXTURE_TEST_SUITE(webhook_reload, webhook_fixture)

BOOST_AUTO_TEST_CASE(without_a_reload_a_signed_body_is_submitted) {
    auto admitted = admit(test::secret);
    BOOST_TEST(status_of(finish(admitted)) == 0U);
    BOOST_TEST(ledger.taken.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_removed_before_the_body_arrives_is_not_found) {
    auto admitted = admit(test::secret);
    daemon::config elsewhere = make_config();
    elsewhere.webhook.endpoints.front().policy.path = "/elsewhere";
    service.reload(elsewhere);
    BOOST_TEST(status_of(finish(admitted)) == 404U);
    BOOST_TEST(counters.webhook_rejected.value("not_found") == 1);
    BOOST_TEST(ledger.taken.empty());
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_removed_before_the_body_arrives_does_not_match) {
    auto admitted = admit(test::secret);
    service.reload(with_secret("whsec_another"));
    BOOST_TEST(status_of(finish(admitted)) == 400U);
    BOOST_TEST(counters.webhook_rejected.value("no_match") == 1);
    BOOST_TEST(ledger.taken.empty());
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_added_before_the_body_arrives_matches) {
    auto admitted = admit("whsec_another");
    service.reload(with_secret("whsec_another"));
    BOOST_TEST(status_of(finish(admitted)) == 0U);
    BOOST_TEST(ledger.taken.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_reply_at_the_deadline_names_the_event_even_if_the_ledger_dropped_it) {
    auto admitted = admit(test::secret);
    const auto done = finish(admitted);
    admitted = http_reply();
    ledger.taken.clear();
    const auto* otherwise = std::get_if<http_handlers::otherwise_fn>(&done);
    BOOST_TEST_REQUIRE(otherwise != nullptr);
    const http_reply late = (*otherwise)();
    BOOST_TEST(late.status == 503U);
    BOOST_TEST(late.body == R"({"result":"unavailable","event":"evt_1"})");
}

BOOST_AUTO_TEST_SUITE_END()

struct admin_fixture {
    http_handlers::admitted admit() {
        head.method(http::verb::post);
        head.target("/v1/grants");
        head.set("Idempotency-Key", "key_1");
        return handlers.admit(head, peer);
    }
    static http_handlers::handled finish(http_handlers::admitted& admitted) {
        return ::finish(admitted, R"({"user_id": "user_1", "tokens": 10})");
    }
    // The key of the only command that was submitted.
    [[nodiscard]] std::string key_taken() const {
        BOOST_TEST_REQUIRE(ledger.taken.size() == 1U);
        return std::get<ledger::admin_command>(ledger.taken.front()).idempotency_key;
    }

    http_head head;
    http_peer peer{.uid = 1000, .address = {}};
    dropping_ledger ledger;
    daemon::metrics counters;
    daemon::reader_pool readers{{}};
    daemon::background_audit audit{{}};
    daemon::monitoring_service operations{counters, {}};
    daemon::admin_service service{{}, {ledger, readers, counters, operations, audit}, nullptr};
    http_handlers handlers = service.handlers();
};

BOOST_FIXTURE_TEST_SUITE(admin_reload, admin_fixture)

BOOST_AUTO_TEST_CASE(without_a_reload_the_admin_request_is_submitted) {
    auto admitted = admit();
    BOOST_TEST(status_of(finish(admitted)) == 0U);
    BOOST_TEST(key_taken() == "key_1");
}

BOOST_AUTO_TEST_CASE(a_permit_that_is_removed_before_the_body_arrives_is_missing) {
    auto admitted = admit();
    service.reload({.permits = {admin::permit::read}}, nullptr);
    BOOST_TEST(status_of(finish(admitted)) == 403U);
    BOOST_TEST(ledger.taken.empty());
}

BOOST_AUTO_TEST_CASE(a_reload_that_keeps_the_permit_does_not_affect_the_request) {
    auto admitted = admit();
    service.reload({.permits = {admin::permit::money}}, nullptr);
    BOOST_TEST(status_of(finish(admitted)) == 0U);
    BOOST_TEST(key_taken() == "key_1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
