// Files that load, and their values.
#include "scratch_config.hpp"

#include "config/text_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger;
using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;
using std::chrono::milliseconds;

namespace {

// The example of the contract (docs/webhook.md), without what this version does not support.
constexpr std::string_view contract_example = R"([database]
url = "postgresql:///tokenledger?host=/run/postgresql"   # any libpq URI, several hosts too
# migrate_url = "..."              # the owner role, for `migrate`; the daemon's own role cannot rewrite
connections = 2
max_batch = 256
queue_limit = 4096

[webhook]
listen = ["127.0.0.1:8787"]        # or sockets handed over by systemd, told apart by name
max_body_bytes = 1048576
max_body_bytes_in_flight = 67108864
request_timeout_ms = 5000
tolerance_seconds = 300

[[webhook.endpoint]]
path = "/stripe/webhook"
secrets = ["stripe-webhook-secret", "stripe-webhook-secret-old"]   # files; several while rolling
livemode = true                    # or false

[catalog]                          # or [catalog.partners]
user_id_key = "user_id"
pack_key = "token_pack"
[[catalog.pack]]
id = "starter"
tokens = 100000
prices = { usd = 999, eur = 949 }  # minor units per pack; amount_received may be higher (tax)
minimum = { usd = 499 }            # lowest amount accepted with a discount; default: the price
maximum = { eur = 1200 }           # highest amount accepted; default: twice the price, less one
)";

std::vector<std::string> listeners_of(const config& from) {
    std::vector<std::string> made;
    for (const listen_address& one : from.webhook.listen)
        made.push_back(to_string(one));
    return made;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(loading, scratch_config)

BOOST_AUTO_TEST_CASE(the_example_of_the_contract_loads_with_its_values) {
    directory.write("stripe-webhook-secret", "whsec_new\n");
    directory.write("stripe-webhook-secret-old", "whsec_old");
    const config loaded = load(contract_example);

    BOOST_TEST(loaded.database.url == "postgresql:///tokenledger?host=/run/postgresql");
    BOOST_TEST(loaded.database.migrate_url.empty());
    BOOST_TEST(loaded.database.connections == 2);
    BOOST_TEST(loaded.database.max_batch == 256);
    BOOST_TEST(loaded.database.queue_limit == 4096);
    BOOST_TEST(listeners_of(loaded) == std::vector<std::string>{"127.0.0.1:8787"});
    BOOST_TEST(loaded.webhook.max_body_bytes == 1048576);
    BOOST_TEST(loaded.webhook.max_body_bytes_in_flight == 67108864);
    BOOST_TEST((loaded.webhook.request_timeout == milliseconds(5000)));
    BOOST_TEST(loaded.webhook.tolerance_seconds == 300);

    BOOST_TEST_REQUIRE(loaded.webhook.endpoints.size() == 1U);
    const endpoint_config& endpoint = loaded.webhook.endpoints.front();
    BOOST_TEST(endpoint.policy.path == "/stripe/webhook");
    BOOST_TEST(endpoint.policy.livemode);
    BOOST_TEST(endpoint.policy.accounts.empty());
    BOOST_TEST(endpoint.catalog.empty());
    check_secrets(loaded, {"whsec_new", "whsec_old"});

    BOOST_TEST_REQUIRE(loaded.catalogs.size() == 1U);
    const webhook::catalog& catalog = loaded.catalogs.at("");
    BOOST_TEST(catalog.user_id_key == "user_id");
    BOOST_TEST(catalog.pack_key == "token_pack");
    BOOST_TEST(catalog.quantity_key == "quantity");
    const webhook::pack& starter = catalog.packs.at("starter");
    BOOST_TEST(starter.tokens == 100000);
    BOOST_TEST(starter.prices.at("usd").amount == 999);
    BOOST_TEST(starter.prices.at("usd").minimum == 499);
    BOOST_TEST(starter.prices.at("eur").amount == 949);
    BOOST_TEST(starter.prices.at("eur").minimum == 949);
    BOOST_TEST(starter.prices.at("eur").maximum == 1200);
    BOOST_TEST(starter.prices.at("usd").maximum == 0); // derived from the price
}

BOOST_AUTO_TEST_CASE(a_file_with_only_the_required_keys_gets_the_defaults) {
    const config loaded = load(good);
    const config fresh;
    BOOST_TEST(loaded.database.connections == fresh.database.connections);
    BOOST_TEST((loaded.database.statement_timeout == fresh.database.statement_timeout));
    BOOST_TEST((loaded.webhook.idle_timeout == fresh.webhook.idle_timeout));
    BOOST_TEST(loaded.log.level == "info");
    BOOST_TEST(loaded.log.rejections_per_minute == 60);
    BOOST_TEST(listeners_of(loaded) == std::vector<std::string>{"127.0.0.1:8787"});
}

BOOST_AUTO_TEST_CASE(a_command_that_needs_no_secrets_loads_without_reading_them) {
    std::filesystem::remove(directory.path() / "secret");
    const auto file = directory.write("tokenledgerd.toml", good);
    BOOST_TEST(std::holds_alternative<std::vector<config_error>>(load_config(file, {})));
    const auto loaded = load_config(file, {}, secret_files::left_alone);
    BOOST_TEST_REQUIRE(std::holds_alternative<config>(loaded));
    BOOST_TEST((std::get<config>(loaded).webhook.endpoints.front().verifier == nullptr));
}

BOOST_AUTO_TEST_CASE(every_scalar_setting_is_loaded) {
    const config loaded = load(replaced(good, "[[webhook.endpoint]]", R"(migrate_url = "postgres://owner@db/x"
connections = 3
max_batch = 4
queue_limit = 5
statement_timeout_ms = 600
connect_timeout_ms = 700
[log]
level = "debug"
rejections_per_minute = 0
[webhook]
max_body_bytes = 2048
max_body_bytes_in_flight = 4096
max_header_bytes = 9000
max_connections = 10
request_timeout_ms = 1100
idle_timeout_ms = 1200
drain_timeout_ms = 1300
tolerance_seconds = 14
[[webhook.endpoint]])"));
    BOOST_TEST(loaded.database.migrate_url == "postgres://owner@db/x");
    BOOST_TEST(loaded.database.connections == 3);
    BOOST_TEST(loaded.database.max_batch == 4);
    BOOST_TEST(loaded.database.queue_limit == 5);
    BOOST_TEST((loaded.database.statement_timeout == milliseconds(600)));
    BOOST_TEST((loaded.database.connect_timeout == milliseconds(700)));
    BOOST_TEST(loaded.log.level == "debug");
    BOOST_TEST(loaded.log.rejections_per_minute == 0);
    BOOST_TEST(loaded.webhook.max_body_bytes == 2048);
    BOOST_TEST(loaded.webhook.max_body_bytes_in_flight == 4096);
    BOOST_TEST(loaded.webhook.max_header_bytes == 9000);
    BOOST_TEST(loaded.webhook.max_connections == 10);
    BOOST_TEST((loaded.webhook.request_timeout == milliseconds(1100)));
    BOOST_TEST((loaded.webhook.idle_timeout == milliseconds(1200)));
    BOOST_TEST((loaded.webhook.drain_timeout == milliseconds(1300)));
    BOOST_TEST(loaded.webhook.tolerance_seconds == 14);
}

BOOST_AUTO_TEST_CASE(listeners_are_numeric_addresses_of_both_families) {
    const config loaded = load(
        added("[webhook]\nlisten = [\"0.0.0.0:80\", \"[::1]:65535\", \"127.0.0.1:0\", \"127.0.0.1:0\"]\n"));
    const std::vector<std::string> expected{"0.0.0.0:80", "[::1]:65535", "127.0.0.1:0", "127.0.0.1:0"};
    BOOST_TEST(listeners_of(loaded) == expected, boost::test_tools::per_element());
    BOOST_TEST(loaded.webhook.listen[1].host == "::1");
}

BOOST_AUTO_TEST_CASE(endpoints_are_sorted_by_path_and_each_has_its_catalogue) {
    const config loaded = load(added(R"([[webhook.endpoint]]
path = "/partners"
secrets = ["secret"]
livemode = false
accounts = ["acct_2", "acct_1"]
catalog = "partners"
[catalog]
user_id_key = "uid"
[catalog.partners]
pack_key = "bundle"
[[catalog.partners.pack]]
id = "starter"
tokens = 5
prices.jpy = 100
)"));
    BOOST_TEST_REQUIRE(loaded.webhook.endpoints.size() == 2U);
    const endpoint_config& partners = loaded.webhook.endpoints.front();
    BOOST_TEST(partners.policy.path == "/partners");
    BOOST_TEST(!partners.policy.livemode);
    BOOST_TEST((partners.policy.accounts == std::set<std::string, std::less<>>{"acct_1", "acct_2"}));
    BOOST_TEST(partners.catalog == "partners");
    BOOST_TEST_REQUIRE(loaded.catalogs.size() == 2U);
    BOOST_TEST(loaded.catalogs.at("").user_id_key == "uid");
    BOOST_TEST(loaded.catalogs.at("").packs.at("starter").tokens == 100000);
    BOOST_TEST(loaded.catalogs.at("partners").name == "partners");
    BOOST_TEST(loaded.catalogs.at("partners").user_id_key == "user_id");
    BOOST_TEST(loaded.catalogs.at("partners").pack_key == "bundle");
    BOOST_TEST(loaded.catalogs.at("partners").packs.at("starter").tokens == 5);
    BOOST_TEST(loaded.catalogs.at("partners").packs.at("starter").prices.at("jpy").amount == 100);
}

BOOST_AUTO_TEST_CASE(a_named_catalogue_alone_is_enough_for_an_endpoint_that_names_it) {
    const std::string text = replaced(replaced(good, "[[catalog.pack]]", "[[catalog.shop.pack]]"),
                                      "livemode = true", "livemode = true\ncatalog = \"shop\"");
    BOOST_TEST(load(text).catalogs.at("shop").packs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(only_settings_that_cannot_be_reloaded_need_a_restart) {
    const config running = load(good);
    const config same = load(added("[webhook]\nlisten = [\"127.0.0.1:8787\"]\n"));
    BOOST_TEST(restart_needed(running, same).empty());
    const config reloadable = load(added("[webhook]\ntolerance_seconds = 10\n[log]\nlevel = \"warn\"\n"));
    BOOST_TEST(restart_needed(running, reloadable).empty());
    const config other =
        load(replaced(added("[webhook]\nlisten = [\"127.0.0.1:1\"]\nidle_timeout_ms = 1000\n"),
                      "postgresql:///tokenledger", "postgresql:///elsewhere"));
    const std::vector<std::string> expected{"database.url", "webhook.listen", "webhook.idle_timeout_ms"};
    BOOST_TEST(restart_needed(running, other) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
