// Verifying signatures. A one-shot HMAC makes the signed headers, not the code under test.
#include "webhook/signature.hpp"

#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace tokenledger::webhook;

constexpr std::int64_t now = 1764000000;
const std::string secret = "whsec_first";
const std::string other_secret = "whsec_second";
const std::string signed_body = "{\"id\": \"evt_1\"}\n";

std::string signature(const std::string& key, const std::string& timestamp, const std::string& text) {
    const std::string signed_text = timestamp + "." + text;
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), mac.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[mac[i] >> 4];
        hex += "0123456789abcdef"[mac[i] & 15];
    }
    return hex;
}

std::string header_of(std::int64_t timestamp, const std::string& key = secret) {
    const std::string text = std::to_string(timestamp);
    return "t=" + text + ",v1=" + signature(key, text, signed_body);
}

verifier make_verifier(const std::vector<std::string>& secrets, std::int64_t tolerance = 300) {
    const std::vector<std::string_view> views(secrets.begin(), secrets.end());
    auto made = verifier::make(views, tolerance);
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
}

verdict judge(verifier& with, std::string_view field, std::string_view text = signed_body,
              std::int64_t at = now) {
    const std::vector<std::string_view> fields{field};
    const parsed_signature read = parse_signature(fields);
    return read.error == signature_error::none ? with.verify(read.header, text, at)
                                               : verdict{.error = read.error};
}

std::string verified(std::string_view field, std::string_view text = signed_body, std::int64_t at = now) {
    verifier one = make_verifier({secret});
    return std::string{to_string(judge(one, field, text, at).error)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(signature_verification)

BOOST_AUTO_TEST_CASE(unusable_secrets_and_tolerances_make_no_verifier) {
    const auto made = [](const std::vector<std::string_view>& secrets, std::int64_t tolerance) {
        return verifier::make(secrets, tolerance).has_value();
    };
    BOOST_TEST(!made({}, 300));
    BOOST_TEST(!made({""}, 300));
    BOOST_TEST(!made({secret, ""}, 300));
    for (const char* const bad : {" ", "whsec_a b", "whsec_a\n", "\twhsec_a", "whsec_a\r", "a\vb", "a\fb"})
        BOOST_TEST(!made({secret, bad}, 300));
    BOOST_TEST(!made({secret}, 0));
    BOOST_TEST(!made({secret}, -1));
    BOOST_TEST(!made({secret}, std::numeric_limits<std::int64_t>::min()));
    BOOST_TEST(made({secret}, 1));
    BOOST_TEST(made({secret, other_secret}, std::numeric_limits<std::int64_t>::max()));
    BOOST_TEST(make_verifier({secret, other_secret}).secret_count() == 2U);
}

BOOST_AUTO_TEST_CASE(a_signed_body_is_accepted_and_any_other_is_not) {
    const std::string good = header_of(now);
    BOOST_TEST(verified(good) == "ok");
    BOOST_TEST(verified(good, signed_body + " ") == "no_match");
    BOOST_TEST(verified(good, signed_body.substr(1)) == "no_match");
    BOOST_TEST(verified(header_of(now, other_secret)) == "no_match");
    BOOST_TEST(verified(header_of(now, secret + "x")) == "no_match");
    BOOST_TEST(verified("t=" + std::to_string(now) + ",v1=" + std::string(64, '0')) == "no_match");
    BOOST_TEST(verified("t=" + std::to_string(now) + ",v1=") == "no_match");
    for (std::size_t digit = good.size() - 64; digit < good.size(); ++digit) {
        std::string flipped = good;
        flipped[digit] = flipped[digit] == '0' ? '1' : '0';
        BOOST_TEST_INFO("digit " << digit);
        BOOST_TEST(verified(flipped) == "no_match");
    }
}

BOOST_AUTO_TEST_CASE(the_timestamp_is_signed_with_the_body_and_cannot_be_shifted_into_it) {
    // signed: "1764000000" "." "1.x"; sent: t=1764000000.1 cannot be, and t=17640000001 is another text
    const std::string mac = signature(secret, "1764000000", "1.x");
    BOOST_TEST(verified("t=1764000000,v1=" + mac, "1.x") == "ok");
    BOOST_TEST(verified("t=17640000001,v1=" + mac, "x") == "no_match");
    BOOST_TEST(verified("t=1764000001,v1=" + mac, "1.x") == "no_match");
}

BOOST_AUTO_TEST_CASE(any_bytes_can_be_signed_and_verified) {
    for (const std::string& raw :
         {std::string("\0\0", 2), std::string("\xEF\xBB\xBF{}"), std::string("\xFF\xFE"),
          std::string("a\r\nb"), std::string(300000, 'x')}) {
        const std::string text = std::to_string(now);
        BOOST_TEST(verified("t=" + text + ",v1=" + signature(secret, text, raw), raw) == "ok");
    }
}

BOOST_AUTO_TEST_CASE(an_empty_body_is_refused_even_if_it_is_signed) {
    const std::string text = std::to_string(now);
    BOOST_TEST(verified("t=" + text + ",v1=" + signature(secret, text, ""), "") == "empty_body");
    BOOST_TEST(verified("t=" + text + ",v1=" + std::string(64, '0'), "") == "empty_body");
}

BOOST_AUTO_TEST_CASE(a_timestamp_may_differ_from_the_clock_by_the_tolerance) {
    for (const auto& [age, expected] : std::vector<std::pair<std::int64_t, std::string>>{
             {0, "ok"}, {300, "ok"}, {301, "too_old"}, {-300, "ok"}, {-301, "too_new"}, {86400, "too_old"}}) {
        BOOST_TEST_INFO("age " << age);
        BOOST_TEST(verified(header_of(now - age)) == expected);
    }
    // The signature is checked before the time: nobody learns our clock without the secret.
    BOOST_TEST(verified("t=1,v1=" + std::string(64, '0')) == "no_match");
}

BOOST_AUTO_TEST_CASE(ages_at_the_limits_of_int64_do_not_overflow) {
    constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
    BOOST_TEST(verified(header_of(last), signed_body, first) == "too_new");
    BOOST_TEST(verified(header_of(last), signed_body, now) == "too_new");
    BOOST_TEST(verified(header_of(last), signed_body, last) == "ok");
    BOOST_TEST(verified(header_of(1), signed_body, last) == "too_old");
    BOOST_TEST(verified(header_of(1), signed_body, first) == "too_new");
    verifier patient = make_verifier({secret}, last);
    BOOST_TEST(to_string(judge(patient, header_of(last), signed_body, 1).error) == "ok");
    BOOST_TEST(to_string(judge(patient, header_of(last), signed_body, -1).error) == "too_new");
}

BOOST_AUTO_TEST_CASE(any_secret_may_match_any_candidate_and_the_verdict_names_the_secret) {
    verifier both = make_verifier({secret, other_secret});
    const std::string text = std::to_string(now);
    const std::string first = signature(secret, text, signed_body);
    const std::string second = signature(other_secret, text, signed_body);
    const std::string wrong(64, '0');
    const auto with = [&](const std::string& a, const std::string& b) {
        return judge(both, "t=" + text + ",v1=" + a + ",v1=" + b);
    };
    for (const auto& [found, expected] :
         std::vector<std::pair<verdict, std::size_t>>{{with(first, wrong), 0},
                                                      {with(wrong, first), 0},
                                                      {with(second, wrong), 1},
                                                      {with(wrong, second), 1},
                                                      {with(first, second), 0},
                                                      {with(second, first), 0},
                                                      {with("potato", second), 1}}) {
        BOOST_TEST(to_string(found.error) == "ok");
        BOOST_TEST(found.secret == expected);
    }
    BOOST_TEST(to_string(with(wrong, wrong).error) == "no_match");
    const verdict stale = judge(both, header_of(now - 1000, other_secret));
    BOOST_TEST(to_string(stale.error) == "too_old");
    BOOST_TEST(stale.secret == 1U);
}

BOOST_AUTO_TEST_CASE(a_verifier_keeps_nothing_of_the_last_body_and_survives_a_move) {
    verifier one = make_verifier({secret, other_secret});
    const std::string good = header_of(now);
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(to_string(judge(one, good).error) == "ok");
        BOOST_TEST(to_string(judge(one, good, "another").error) == "no_match");
        verifier moved = std::move(one);
        one = std::move(moved);
    }
}

BOOST_AUTO_TEST_CASE(a_copy_gives_the_same_verdicts_and_outlives_the_original) {
    std::optional<verifier> first = make_verifier({other_secret, secret});
    verifier copy = first->copy();
    first.reset();
    BOOST_TEST(to_string(judge(copy, header_of(now)).error) == "ok");
    BOOST_TEST(judge(copy, header_of(now)).secret == 1U);
    BOOST_TEST(to_string(judge(copy, header_of(now - 301)).error) == "too_old");
}

BOOST_AUTO_TEST_CASE(a_secret_has_the_same_fingerprint_in_every_verifier) {
    const verifier one = make_verifier({secret, other_secret});
    const verifier other = make_verifier({other_secret});
    BOOST_TEST(one.fingerprint(1) == other.fingerprint(0));
    BOOST_TEST(one.fingerprint(0) != one.fingerprint(1));
}

BOOST_AUTO_TEST_CASE(threads_may_share_a_verifier) {
    const verifier one = make_verifier({secret, other_secret});
    const std::string good = header_of(now);
    const std::vector<std::string_view> fields{good};
    const parsed_signature read = parse_signature(fields);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 200; ++round) {
                wrong += one.verify(read.header, signed_body, now).error != signature_error::none;
                wrong += one.copy().verify(read.header, signed_body, now).error != signature_error::none;
            }
        });
    }
    for (std::thread& each : threads)
        each.join();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(signing_makes_the_header_that_stripe_would_send) {
    BOOST_TEST(sign(secret, signed_body, now) == header_of(now));
    BOOST_TEST(verified(sign(secret, signed_body, now)) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()
