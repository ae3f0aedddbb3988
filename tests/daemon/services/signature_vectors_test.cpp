// The shared signature vectors over HTTP, except those that HTTP cannot carry.
#include "running_webhook.hpp"

#include "files.hpp"
#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>

#include <set>

namespace {

using namespace tokenledger;
using test::client;
using test::running_webhook;

// A field value cannot begin with a blank or hold a line break: the parser strips or refuses it.
const std::set<std::string_view> not_over_http{"header_crlf_in_value", "leading_space_header"};

std::string decode_base64(std::string_view text) {
    std::string out(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    BOOST_REQUIRE_EQUAL(size, static_cast<int>(out.size()));
    out.resize(out.size() - (text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U));
    return out;
}

daemon::config config_of(const json_value& vector) {
    daemon::config with = test::make_config();
    with.webhook.tolerance_seconds = vector.member("tolerance_s").integer().value();
    std::vector<std::string_view> secrets;
    for (json_value one = vector.member("secrets").first(); one; one = one.next())
        secrets.emplace_back(one.string().value());
    daemon::endpoint_config& endpoint = with.webhook.endpoints.front();
    endpoint.verifier = test::verifier_of(secrets, with.webhook.tolerance_seconds);
    endpoint.secret_names.assign(secrets.size(), "secret");
    return with;
}

std::string request_of(const json_value& vector) {
    std::string header(vector.member("header").string().value());
    if (vector.member("reason").string() == "multiple_headers")
        header.replace(header.find(", "), 2, "\r\nStripe-Signature: ");
    return test::post(header, decode_base64(vector.member("payload_b64").string().value()));
}

void require_verdict(const json_value& vector) {
    const std::string reason(vector.member("reason").string().value());
    daemon::http_limits limits;
    running_webhook server(config_of(vector), limits);
    server.now = vector.member("now").integer().value();
    client sender(server.port);
    sender.send(request_of(vector));
    const auto got = sender.receive();
    const bool verified = server.counters.secret_last_used.value("/stripe/webhook", "secret") != 0;
    BOOST_TEST(verified == (vector.member("expect").string() == "accept"));
    if (!verified) {
        BOOST_TEST(got.status == 400U);
        BOOST_TEST(got.body == R"({"result":"rejected"})"); // the reason is not revealed
        BOOST_TEST(server.rejected(reason) == 1);
    }
    BOOST_TEST(server.database->transactions.empty());
}

BOOST_AUTO_TEST_SUITE(shared_signature_vectors)

BOOST_AUTO_TEST_CASE(every_vector_that_http_can_carry_gets_the_expected_verdict_and_reason) {
    const auto folder = tokenledger::test::shared_stripe();
    if (!folder)
        return;
    const json_tree vectors(tokenledger::test::read_file(*folder / "signature-vectors.json"));
    int judged = 0;
    for (json_value vector = vectors.root().first(); vector; vector = vector.next()) {
        const std::string_view name = vector.member("name").string().value();
        BOOST_TEST_CONTEXT(name) {
            if (vector.member("reason").string() == "bad_config") {
                BOOST_CHECK_THROW(running_webhook{config_of(vector)}, std::invalid_argument);
            } else if (!not_over_http.contains(name)) {
                require_verdict(vector);
                ++judged;
            }
        }
    }
    BOOST_TEST(judged >= 80);
    BOOST_TEST_MESSAGE("judged " << judged << " signature vectors over HTTP");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
