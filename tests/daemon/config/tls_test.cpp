// Certificate and key of the webhook: errors are found when the configuration is read.
#include "scratch_config.hpp"
#include "test_certificate.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;
using tokenledger::test::make_certificate;

namespace {

constexpr std::string_view both_keys = "[webhook]\ntls_certificate = \"cert\"\ntls_key = \"key\"\n";

struct with_certificate : scratch_config {
    with_certificate() { write(make_certificate()); }

    void write(const tokenledger::test::pem_pair& pair) const {
        directory.write("cert", pair.certificate);
        directory.write("key", pair.key);
    }

    void check_problem(const std::string& problem) const {
        check(added(both_keys),
              {"12: webhook.tls_certificate and webhook.tls_key cannot be used: " + problem});
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls, with_certificate)

BOOST_AUTO_TEST_CASE(certificate_and_key_are_read_and_a_change_needs_no_restart) {
    const config loaded = load(added(both_keys));
    BOOST_TEST((loaded.webhook.tls != nullptr));
    BOOST_TEST((load(good).webhook.tls == nullptr));
    BOOST_TEST(restart_needed(load(good), loaded).empty());
}

BOOST_AUTO_TEST_CASE(a_certificate_without_a_key_or_the_reverse_is_an_error) {
    check(added("[webhook]\ntls_key = \"key\"\n"),
          {"12: webhook.tls_certificate and webhook.tls_key go together"});
    check(added("[webhook]\ntls_certificate = \"cert\"\n"),
          {"12: webhook.tls_certificate and webhook.tls_key go together"});
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
    std::filesystem::remove(directory.path() / "key");
    check(added(both_keys),
          {"13: cannot use '" + (directory.path() / "key").string() + "': No such file or directory"});
}

BOOST_AUTO_TEST_CASE(an_unusable_certificate_or_key_is_refused_with_the_problem) {
    const auto own = make_certificate();
    write({"x", own.key});
    check_problem("the certificate is not one in PEM");
    write({own.certificate, "x"});
    check_problem("the key is not one in PEM without a passphrase");
    write({own.certificate, make_certificate().key});
    check_problem("the key is not that of the certificate");
    write(make_certificate("passphrase"));
    check_problem("the key is not one in PEM without a passphrase");
}

BOOST_AUTO_TEST_CASE(a_key_instead_of_a_file_name_is_refused_and_not_repeated) {
    check(added("[webhook]\ntls_certificate = \"cert\"\ntls_key = \"-----BEGIN PRIVATE KEY-----\"\n"),
          {"12: webhook.tls_certificate and webhook.tls_key go together",
           "13: webhook.tls_key must be the name of a file"});
}

BOOST_AUTO_TEST_SUITE_END()
