// The session over real sockets: limits, keep-alive, deadlines and the drain.
#include "gate.hpp"
#include "running_webhook.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace tokenledger;
using namespace std::chrono_literals;
using test::client;
using test::make_config;
using test::payment_body;
using test::post;
using test::running_webhook;
using test::signed_post;

BOOST_AUTO_TEST_SUITE(http_session)

BOOST_AUTO_TEST_CASE(a_signed_payment_is_applied_and_a_second_delivery_is_a_duplicate) {
    running_webhook server;
    client sender(server.port);
    sender.send(signed_post("evt_1", "pi_1"));
    const auto first = sender.receive();
    BOOST_TEST(first.status == 200U);
    BOOST_TEST(first.body == R"({"result":"applied","event":"evt_1"})");
    BOOST_TEST(first.head.find("Content-Type: application/json") != std::string::npos);
    sender.send(signed_post("evt_1", "pi_1"));
    BOOST_TEST(sender.receive().body == R"({"result":"duplicate","event":"evt_1"})");
    sender.send(signed_post("evt_2", "pi_1"));
    BOOST_TEST(sender.receive().body == R"({"result":"duplicate","event":"evt_2"})");
    BOOST_TEST(server.database->transactions.size() == 1U);
    BOOST_TEST(server.counters.webhook_events.value("duplicate",
                                                    webhook::event_type::payment_intent_succeeded) == 2);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    running_webhook server;
    client sender(server.port);
    std::string all;
    for (int i = 0; i < 20; ++i)
        all += signed_post("evt_" + std::to_string(i), "pi_" + std::to_string(i));
    sender.send(all);
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(sender.receive().body ==
                   R"({"result":"applied","event":"evt_)" + std::to_string(i) + "\"}");
}

BOOST_AUTO_TEST_CASE(a_bad_signature_header_is_refused_before_the_body_arrives) {
    running_webhook server;
    client sender(server.port);
    sender.send("POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: t=1\r\n"
                "Content-Length: 100000\r\n\r\n");
    BOOST_TEST(sender.receive().status == 400U);
    BOOST_TEST(server.rejected("no_v1") == 1);
}

BOOST_AUTO_TEST_CASE(an_absolute_target_is_routed_by_its_path) {
    running_webhook server;
    client sender(server.port);
    std::string request = signed_post("evt_1", "pi_1");
    request.replace(request.find(" /"), 1, " http://somewhere:80");
    sender.send(request);
    BOOST_TEST(sender.receive().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_header_beyond_its_limit_is_answered_431) {
    running_webhook server;
    client sender(server.port);
    std::string request = signed_post("evt_1", "pi_1");
    request.insert(request.find("Content-Length"), "X-Long: " + std::string(17000, 'x') + "\r\n");
    sender.send(request);
    BOOST_TEST(sender.receive().status == 431U);
    client many(server.port);
    request = signed_post("evt_2", "pi_2");
    for (int i = 0; i < 170; ++i)
        request.insert(request.find("Content-Length"), "X-Some: " + std::string(90, 'x') + "\r\n");
    many.send(request);
    BOOST_TEST(many.receive().status == 431U);
    BOOST_TEST(server.rejected("header_too_large") == 2);
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_100_continue_gets_it) {
    running_webhook server;
    client sender(server.port);
    const std::string body = payment_body("evt_1", "pi_1");
    const std::string request =
        post(webhook::sign(test::secret, body, test::now_seconds), body, "Expect: 100-continue\r\n");
    sender.send(request.substr(0, request.size() - body.size()));
    BOOST_TEST(sender.receive().status == 100U);
    sender.send(body);
    BOOST_TEST(sender.receive().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_slow_request_is_answered_408_and_an_idle_connection_is_closed) {
    daemon::http_limits limits;
    limits.request_timeout = 100ms;
    limits.idle_timeout = 100ms;
    running_webhook server(make_config(), limits);
    client slow(server.port);
    client idle(server.port);
    slow.send("POST /stripe/webhook HTTP/1.1\r\nHost: te");
    BOOST_TEST(slow.receive().status == 408U);
    BOOST_TEST(slow.at_end());
    BOOST_TEST(idle.at_end());
    client half(server.port);
    half.send("POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: t=1,v1=a\r\nContent-Length: "
              "10\r\n\r\n12");
    BOOST_TEST(half.receive().status == 408U);
    BOOST_TEST(server.rejected("timeout") == 2);
}

BOOST_AUTO_TEST_CASE(a_commit_that_takes_too_long_is_answered_503_and_the_connection_stays_open) {
    daemon::http_limits limits;
    limits.request_timeout = 200ms;
    running_webhook server(make_config(), limits);
    test::gate hold(*server.database);
    client sender(server.port);
    sender.send(signed_post("evt_1", "pi_1"));
    const auto late = sender.receive();
    BOOST_TEST(late.status == 503U);
    BOOST_TEST(late.body == R"({"result":"unavailable","event":"evt_1"})");
    BOOST_TEST(late.head.find("Retry-After: ") != std::string::npos);
    hold.open();
    sender.send(signed_post("evt_1", "pi_1"));
    const auto again = sender.receive();
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.body == R"({"result":"duplicate","event":"evt_1"})");
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_answered_503_at_once_and_the_connection_stays_open) {
    running_webhook server(make_config(), {}, {.max_batch = 1, .queue_limit = 1});
    test::gate hold(*server.database);
    client first(server.port);
    client second(server.port);
    client third(server.port);
    first.send(signed_post("evt_1", "pi_1"));
    hold.await_visitor();
    // One of these two finds the queue full.
    second.send(signed_post("evt_2", "pi_2"));
    third.send(signed_post("evt_3", "pi_3"));
    std::promise<client::answer> refused;
    std::thread second_reader([&] {
        const auto got = second.receive();
        if (got.status == 503)
            refused.set_value(got);
    });
    std::thread third_reader([&] {
        const auto got = third.receive();
        if (got.status == 503)
            refused.set_value(got);
    });
    const auto got = refused.get_future().get();
    BOOST_TEST(got.head.find("Retry-After: ") != std::string::npos);
    BOOST_TEST(got.head.find("Connection: close") == std::string::npos);
    hold.open();
    second_reader.join();
    third_reader.join();
    BOOST_TEST(first.receive().status == 200U);
    BOOST_TEST(server.rejected("queue_full") == 1);
}

BOOST_AUTO_TEST_CASE(a_body_beyond_the_limit_in_flight_is_answered_503) {
    daemon::http_limits limits;
    limits.max_body_bytes_in_flight = 1000;
    running_webhook server(make_config(), limits);
    client big(server.port);
    big.send("POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: t=1,v1=a\r\nContent-Length: "
             "1001\r\n\r\n");
    const auto got = big.receive();
    BOOST_TEST(got.status == 503U);
    BOOST_TEST(got.head.find("Retry-After: ") != std::string::npos);
    client small(server.port);
    small.send(signed_post("evt_1", "pi_1"));
    BOOST_TEST(small.receive().status == 200U);
    small.send(signed_post("evt_2", "pi_2")); // the first gave back its bytes
    BOOST_TEST(small.receive().status == 200U);
}

BOOST_AUTO_TEST_CASE(a_connection_beyond_the_limit_is_answered_503_and_closed) {
    daemon::http_limits limits;
    limits.max_connections = 1;
    running_webhook server(make_config(), limits);
    auto first = std::make_unique<client>(server.port);
    first->send(signed_post("evt_1", "pi_1"));
    BOOST_TEST(first->receive().status == 200U);
    client second(server.port);
    BOOST_TEST(second.receive().status == 503U);
    BOOST_TEST(second.at_end());
}

BOOST_AUTO_TEST_CASE(a_drain_finishes_received_requests_and_closes_idle_connections) {
    running_webhook server;
    test::gate hold(*server.database);
    client busy(server.port);
    busy.send(signed_post("evt_1", "pi_1"));
    hold.await_visitor();
    client idle(server.port);
    const auto drained = server.drain();
    BOOST_TEST(idle.at_end());
    BOOST_TEST((drained.wait_for(0s) == std::future_status::timeout));
    hold.open();
    const auto got = busy.receive();
    BOOST_TEST(got.status == 200U);
    BOOST_TEST(got.head.find("Connection: close") != std::string::npos);
    BOOST_TEST(busy.at_end());
    drained.wait();
    BOOST_CHECK_THROW(client{server.port}, boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_client_that_connected_just_before_the_drain_is_still_served) {
    daemon::http_limits limits;
    limits.first_request_grace = 60s;
    limits.drain_timeout = 120s;
    running_webhook server(make_config(), limits);
    client kept(server.port);
    kept.send(signed_post("evt_1", "pi_1"));
    BOOST_TEST(kept.receive().status == 200U);
    client fresh(server.port);
    const auto drained = server.drain();
    BOOST_TEST(kept.at_end()); // the drain has begun
    fresh.send(signed_post("evt_2", "pi_2"));
    const auto got = fresh.receive();
    BOOST_TEST(got.status == 200U);
    BOOST_TEST(got.head.find("Connection: close") != std::string::npos);
    BOOST_TEST(fresh.at_end());
    drained.wait();
}

BOOST_AUTO_TEST_CASE(after_the_drain_timeout_pending_requests_are_answered_503) {
    daemon::http_limits limits;
    limits.drain_timeout = 100ms;
    running_webhook server(make_config(), limits);
    test::gate hold(*server.database);
    client busy(server.port);
    busy.send(signed_post("evt_1", "pi_1"));
    hold.await_visitor();
    const auto drained = server.drain();
    const auto got = busy.receive();
    BOOST_TEST(got.status == 503U);
    BOOST_TEST(got.head.find("Connection: close") != std::string::npos);
    drained.wait();
    hold.open();
}

// Beast does not limit them; the buffer does.
BOOST_AUTO_TEST_CASE(an_endless_chunk_extension_or_trailer_is_refused) {
    for (const std::string_view chunk : {"1;", "0\r\nX-Trailer: "}) {
        running_webhook server;
        client sender(server.port);
        sender.send("POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: t=1,v1=a\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n" +
                    std::string(chunk) + std::string(200'000, 'x'));
        BOOST_TEST(sender.receive().status == 413U);
        BOOST_TEST(server.rejected("body_too_large") == 1);
    }
}

BOOST_AUTO_TEST_CASE(bodies_that_do_not_arrive_do_not_use_up_the_limit_in_flight) {
    daemon::http_limits limits;
    limits.max_body_bytes_in_flight = 2 * limits.max_body_bytes;
    running_webhook server(make_config(), limits);
    std::vector<std::unique_ptr<client>> idlers;
    for (int i = 0; i < 8; ++i) {
        idlers.push_back(std::make_unique<client>(server.port));
        idlers.back()->send("POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: t=1,v1=a\r\n"
                            "Content-Length: 1048576\r\n\r\n");
    }
    client sender(server.port);
    sender.send(signed_post("evt_1", "pi_1"));
    BOOST_TEST(sender.receive().status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
