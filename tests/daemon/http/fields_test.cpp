// Repeated fields, trailers, and requests after a HEAD on the same connection.
#include "running_webhook.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace tokenledger;
using test::client;
using test::payment_body;
using test::post;
using test::running_webhook;
using test::secret;
using test::signed_post;

std::string signature_of(std::string_view body) {
    return webhook::sign(secret, body, test::now_seconds);
}

// A signed payment whose body is one chunk, followed by these trailers.
std::string chunked_post(std::string_view event, std::string_view payment, std::string_view trailers) {
    const std::string body = payment_body(event, payment);
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zx", body.size());
    return "POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: " + signature_of(body) +
           "\r\nTransfer-Encoding: chunked\r\n\r\n" + size.data() + "\r\n" + body + "\r\n0\r\n" +
           std::string(trailers) + "\r\n";
}

BOOST_AUTO_TEST_SUITE(http_fields)

BOOST_AUTO_TEST_CASE(every_content_encoding_field_is_checked) {
    running_webhook server;
    for (const std::string_view fields : {"Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
                                          "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n",
                                          "Content-Encoding: \r\nX-Other: 1\r\ncontent-encoding: br\r\n",
                                          "Content-Encoding: identity, gzip\r\n"}) {
        BOOST_TEST_CONTEXT(fields) {
            const std::string body = payment_body("evt_encoded", "pi_encoded");
            client sender(server.port);
            sender.send(post(signature_of(body), body, fields));
            BOOST_TEST(sender.receive().status == 415U);
        }
    }
    BOOST_TEST(server.database->transactions.empty());
    const std::string body = payment_body("evt_1", "pi_1");
    client sender(server.port);
    sender.send(
        post(signature_of(body), body, "Content-Encoding: identity\r\nContent-Encoding: Identity\r\n"));
    BOOST_TEST(sender.receive().status == 200U);
}

BOOST_AUTO_TEST_CASE(trailers_are_not_treated_as_header_fields) {
    running_webhook server;
    client sender(server.port);
    const std::vector<std::string_view> trailers{"Stripe-Signature: t=1,v1=0\r\n", "Connection: close\r\n",
                                                 "X-Forwarded-For: 192.0.2.1\r\nContent-Encoding: gzip\r\n",
                                                 ""};
    for (std::size_t i = 0; i < trailers.size(); ++i) {
        BOOST_TEST_CONTEXT(trailers[i]) {
            const std::string number = std::to_string(i);
            sender.send(chunked_post("evt_" + number, "pi_" + number, trailers[i]));
            const auto got = sender.receive();
            BOOST_TEST(got.status == 200U);
            BOOST_TEST(got.head.find("Connection: close") == std::string::npos);
        }
    }
    BOOST_TEST(server.database->transactions.size() == trailers.size());
}

BOOST_AUTO_TEST_CASE(a_signature_in_the_trailers_is_not_used) {
    running_webhook server;
    const std::string body = payment_body("evt_1", "pi_1");
    std::string request = chunked_post("evt_1", "pi_1", "Stripe-Signature: " + signature_of(body) + "\r\n");
    request.replace(request.find("Stripe-Signature"), 6, "Absent"); // the first one, in the header
    client sender(server.port);
    sender.send(request);
    BOOST_TEST(sender.receive().status == 400U);
    BOOST_TEST(server.rejected("no_header") == 1);
}

BOOST_AUTO_TEST_CASE(after_a_head_the_reply_to_a_malformed_request_has_its_whole_body) {
    running_webhook server;
    client sender(server.port);
    sender.send("HEAD /stripe/webhook HTTP/1.1\r\nHost: test\r\n\r\n");
    BOOST_TEST(sender.receive(false).status == 405U);
    sender.send("POST nonsense\r\n\r\n");
    const auto got = sender.receive();
    BOOST_TEST(got.status == 400U);
    BOOST_TEST(got.head.find("Content-Length: " + std::to_string(got.body.size()) + "\r\n") !=
               std::string::npos);
    BOOST_TEST(got.body == R"({"result":"rejected"})");
    BOOST_TEST(sender.at_end());
}

BOOST_AUTO_TEST_CASE(a_malformed_head_request_gets_a_reply_without_content) {
    running_webhook server;
    client sender(server.port);
    sender.send("HEAD /stripe/webhook HTTP/1.1\r\nno colon\r\n\r\n");
    BOOST_TEST(sender.receive(false).status == 400U);
    BOOST_TEST(sender.at_end());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
