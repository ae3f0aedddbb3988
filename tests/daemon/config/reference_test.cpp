// The committed pages match the table of settings, and the example loads.
#include "scratch_config.hpp"

#include "config/settings.hpp"
#include "files.hpp"
#include "test_certificate.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

namespace {

// Enables every optional line of the example: "#key = ..." and "#[table]" lose their "#".
std::string uncommented(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string made;
    for (std::string line; std::getline(lines, line);) {
        const bool is_choice = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        made += (is_choice ? line.substr(1) : line) + "\n";
    }
    return made;
}

struct example_directory : scratch_config {
    example_directory() {
        directory.write("stripe-webhook-secret", "whsec_a");
        directory.write("stripe-partners-secret", "whsec_b");
        const auto own = tokenledger::test::make_certificate();
        directory.write("webhook-certificate", own.certificate);
        directory.write("webhook-key", own.key);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reference, example_directory)

BOOST_AUTO_TEST_CASE(configuration_md_matches_the_table_of_settings) {
    BOOST_TEST(
        (tokenledger::test::source_file("docs/configuration.md") == configuration_reference()),
        "docs/configuration.md is out of date: cmake --build BUILD --target configuration_reference && "
        "BUILD/daemon/configuration_reference > docs/configuration.md");
}

BOOST_AUTO_TEST_CASE(the_manual_page_matches_the_table_of_settings) {
    BOOST_TEST((tokenledger::test::source_file("daemon/man/tokenledgerd.toml.5") == configuration_manual()),
               "daemon/man/tokenledgerd.toml.5 is out of date: run configuration_reference manual");
}

BOOST_AUTO_TEST_CASE(the_committed_example_is_up_to_date_and_part_of_the_page) {
    BOOST_TEST(
        (tokenledger::test::source_file("systemd/tokenledgerd.toml.example") == configuration_example()),
        "systemd/tokenledgerd.toml.example is out of date: cmake --build BUILD --target "
        "configuration_reference && BUILD/daemon/configuration_reference example > "
        "systemd/tokenledgerd.toml.example");
    BOOST_TEST(configuration_reference().find(configuration_example()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_example_loads_as_it_is_and_with_every_optional_line) {
    BOOST_TEST(load(configuration_example()).webhook.endpoints.size() == 1U);
    const config all = load(uncommented(configuration_example()));
    BOOST_TEST(all.webhook.endpoints.size() == 2U);
    BOOST_TEST(all.catalogs.contains("partners"));
}

BOOST_AUTO_TEST_CASE(the_values_that_the_example_shows_as_defaults_are_the_defaults) {
    const config shown = load(uncommented(configuration_example()));
    const config fresh = load(configuration_example());
    const std::vector<std::string> choices{"database.migrate_url", "admin.listener.socket",
                                           "operations.listen"};
    BOOST_TEST(restart_needed(fresh, shown) == choices, boost::test_tools::per_element());
    const admin_listener_config& listener = shown.admin.listeners.at(0);
    BOOST_TEST(listener.name == admin_listener_config().name);
    BOOST_TEST(listener.file.mode == socket_file().mode);
    BOOST_TEST((listener.permits == tokenledger::admin::every_permit));
    BOOST_TEST(listener.max_tokens_per_request == admin_listener_config().max_tokens_per_request);
    BOOST_TEST(fresh.webhook.tolerance_seconds == shown.webhook.tolerance_seconds);
    BOOST_TEST(fresh.log.level == shown.log.level);
    BOOST_TEST(fresh.log.rejections_per_minute == shown.log.rejections_per_minute);
    BOOST_TEST(fresh.catalogs.at("").user_id_key == shown.catalogs.at("").user_id_key);
    BOOST_TEST(fresh.catalogs.at("").pack_key == shown.catalogs.at("").pack_key);
    BOOST_TEST(fresh.catalogs.at("").quantity_key == shown.catalogs.at("").quantity_key);
}

BOOST_AUTO_TEST_CASE(every_setting_is_in_the_example_and_in_the_reference) {
    const std::string example = "\n" + uncommented(configuration_example());
    const std::string page = configuration_reference();
    for (const setting& row : settings()) {
        BOOST_TEST_CONTEXT(full_name(row)) {
            BOOST_TEST((example.find("\n" + std::string(row.key) + " = ") != std::string::npos));
            BOOST_TEST((page.find("| `" + std::string(row.key) + "` |") != std::string::npos));
            BOOST_TEST(!row.description.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(every_row_of_the_table_of_settings_is_complete_and_unique) {
    std::set<std::string> names;
    std::set<std::string_view> paths;
    for (const settings_table& table : settings_tables())
        paths.insert(table.path);
    for (const setting& row : settings()) {
        BOOST_TEST_CONTEXT(full_name(row)) {
            BOOST_TEST(names.insert(full_name(row)).second);
            BOOST_TEST(paths.contains(row.table));
            BOOST_TEST(row.bounds.min <= row.bounds.max);
            const bool is_text = std::holds_alternative<place_of<std::string>>(row.where) ||
                                 std::holds_alternative<place_of<text_list>>(row.where);
            BOOST_TEST((row.bounds.rule != nullptr) == is_text);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
