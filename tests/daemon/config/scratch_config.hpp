// A configuration file in a temporary directory, with secrets beside it, and the errors of loading it.
#pragma once

#include "config/config.hpp"
#include "scratch_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::daemon::test {

using tokenledger::test::scratch_directory;

// A file of ten lines that loads, given the secret beside it.
inline constexpr std::string_view good = R"([database]
url = "postgresql:///tokenledger"
[[webhook.endpoint]]
path = "/stripe/webhook"
secrets = ["secret"]
livemode = true
[[catalog.pack]]
id = "starter"
tokens = 100000
prices = { usd = 999, eur = 949 }
)";

inline std::string replaced(std::string_view in, std::string_view what, std::string_view with) {
    std::string made(in);
    const std::size_t found = made.find(what);
    if (found == std::string::npos)
        throw std::invalid_argument("not in the text: " + std::string(what));
    return made.replace(found, what.size(), with);
}

inline std::string added(std::string_view more) {
    return std::string(good).append(more);
}

// Checks that the first endpoint's verifier has exactly these secrets.
inline void check_secrets(const config& loaded, const std::vector<std::string_view>& secrets) {
    const auto& verifier = loaded.webhook.endpoints.at(0).verifier;
    const auto expected = webhook::verifier::make(secrets);
    BOOST_TEST_REQUIRE((verifier && expected));
    BOOST_TEST_REQUIRE(verifier->secret_count() == secrets.size());
    for (std::size_t i = 0; i < secrets.size(); ++i)
        BOOST_TEST(verifier->fingerprint(i) == expected->fingerprint(i));
}

// A configuration directory with the secrets "secret" and "other".
struct scratch_config {
    scratch_directory directory;

    scratch_config() {
        directory.write("secret", "whsec_first\n");
        directory.write("other", "whsec_second\n");
    }

    // Every error as "LINE: message"; empty if the text loads.
    std::vector<std::string> errors_of(std::string_view text) const {
        const auto file = directory.write("tokenledgerd.toml", text);
        const auto loaded = load_config(file, {});
        std::vector<std::string> made;
        if (const auto* errors = std::get_if<std::vector<config_error>>(&loaded)) {
            for (const config_error& one : *errors) {
                BOOST_TEST(one.file == file.string());
                made.push_back(std::to_string(one.line) + ": " + one.message);
            }
        }
        return made;
    }

    config load(std::string_view text) const {
        auto loaded = load_config(directory.write("tokenledgerd.toml", text), {});
        if (const auto* errors = std::get_if<std::vector<config_error>>(&loaded)) {
            for (const config_error& one : *errors)
                BOOST_TEST_MESSAGE(to_string(one));
        }
        return std::get<config>(std::move(loaded));
    }

    void check(std::string_view text, const std::vector<std::string>& expected) const {
        const std::vector<std::string> found = errors_of(text);
        std::string all;
        for (const std::string& one : found)
            all += "\n" + one;
        BOOST_TEST_CONTEXT("found:" << all) {
            BOOST_TEST(found == expected, boost::test_tools::per_element());
        }
    }
};

} // namespace tokenledger::daemon::test
