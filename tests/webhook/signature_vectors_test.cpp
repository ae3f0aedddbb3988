// Every case of the shared signature vectors, required or optional.
#include "fixtures.hpp"
#include "webhook/signature.hpp"
#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger;
using namespace tokenledger::webhook;

std::string decode_base64(std::string_view text) {
    std::string out(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    BOOST_REQUIRE(size == static_cast<int>(out.size()));
    out.resize(out.size() - (text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U));
    return out;
}

std::string judge(const json_value& vector) {
    std::vector<std::string_view> secrets;
    for (json_value one = vector.member("secrets").first(); one; one = one.next())
        secrets.emplace_back(one.string().value());
    std::vector<std::string_view> fields{vector.member("header").string().value()};
    if (vector.member("name").string() == "two_header_lines_joined") { // as a server that joins fields has it
        const std::size_t joint = fields[0].find(", ");
        BOOST_REQUIRE(joint != std::string_view::npos);
        fields = {fields[0].substr(0, joint), fields[0].substr(joint + 2)};
    }
    auto with = verifier::make(secrets, vector.member("tolerance_s").integer().value());
    if (!with)
        return "bad_config";
    const parsed_signature read = parse_signature(fields);
    if (read.error != signature_error::none)
        return std::string{to_string(read.error)};
    const std::string body = decode_base64(vector.member("payload_b64").string().value());
    return std::string{
        to_string(with->verify(read.header, body, vector.member("now").integer().value()).error)};
}

} // namespace

BOOST_AUTO_TEST_CASE(every_shared_signature_vector_gets_the_expected_verdict) {
    const auto folder = fixtures::shared_stripe();
    if (!folder)
        return;
    const json_tree vectors{fixtures::read_file(*folder / "signature-vectors.json")};
    std::size_t judged = 0;
    for (json_value vector = vectors.root().first(); vector; vector = vector.next(), ++judged) {
        BOOST_TEST_INFO(vector.member("name").string().value());
        const std::string reason = judge(vector);
        BOOST_TEST(reason == vector.member("reason").string().value());
        BOOST_TEST((reason == "ok") == (vector.member("expect").string() == "accept"));
    }
    BOOST_TEST(judged >= 92U);
    BOOST_TEST_MESSAGE("judged " << judged << " signature vectors");
}
