// The tables of the admin and operations listeners: values, defaults and mistakes.
#include "scratch_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::daemon;
using namespace tokenledger::daemon::test;

namespace {

constexpr std::string_view two_listeners = R"([[admin.listener]]
socket = "/run/tokenledger/admin.sock"
[[admin.listener]]
socket = "/run/tokenledger/app.sock"
name = "application"
mode = "0666"
group = "www-data"
permits = ["usage", "read"]
max_tokens_per_request = 500
)";

std::vector<std::string> changed(const config& running, const config& loaded) {
    return restart_needed(running, loaded);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(listeners, scratch_config)

BOOST_AUTO_TEST_CASE(without_their_tables_there_are_no_admin_and_operations_listeners) {
    const config loaded = load(good);
    BOOST_TEST(loaded.admin.listeners.empty());
    BOOST_TEST(loaded.operations.listen.empty());
}

BOOST_AUTO_TEST_CASE(an_admin_listener_has_defaults_and_is_named_after_its_socket) {
    const config loaded = load(added(two_listeners));
    BOOST_TEST_REQUIRE(loaded.admin.listeners.size() == 2U);
    const admin_listener_config& first = loaded.admin.listeners[0];
    BOOST_TEST(first.name == "admin");
    BOOST_TEST(first.file.path == "/run/tokenledger/admin.sock");
    BOOST_TEST(first.file.mode == 0660U);
    BOOST_TEST(first.file.group.empty());
    BOOST_TEST((first.permits == tokenledger::admin::every_permit));
    BOOST_TEST(first.max_tokens_per_request == 10'000'000);
    const admin_listener_config& second = loaded.admin.listeners[1];
    BOOST_TEST(second.name == "application");
    BOOST_TEST(second.file.mode == 0666U);
    BOOST_TEST(second.file.group == "www-data");
    BOOST_TEST((second.permits == tokenledger::admin::permit_set{tokenledger::admin::permit::read,
                                                                 tokenledger::admin::permit::usage}));
    BOOST_TEST(second.max_tokens_per_request == 500);
}

BOOST_AUTO_TEST_CASE(the_limits_of_both_listeners_are_loaded) {
    const config loaded =
        load(added("[admin]\nmax_body_bytes = 2048\nmax_connections = 3\nrequest_timeout_ms = 400\n"
                   "[operations]\nlisten = [\"[::1]:9464\"]\nmax_connections = 5\n"));
    BOOST_TEST(loaded.admin.max_body_bytes == 2048);
    BOOST_TEST(loaded.admin.max_connections == 3);
    BOOST_TEST((loaded.admin.request_timeout == std::chrono::milliseconds(400)));
    BOOST_TEST_REQUIRE(loaded.operations.listen.size() == 1U);
    BOOST_TEST((loaded.operations.listen[0] == listen_address{"::1", 9464}));
    BOOST_TEST(loaded.operations.max_connections == 5);
}

BOOST_AUTO_TEST_CASE(two_listeners_must_not_have_the_same_socket_or_name) {
    check(added("[[admin.listener]]\nsocket = \"/run/a.sock\"\n[[admin.listener]]\nsocket = \"/run/a.sock\"\n"
                "[[admin.listener]]\nsocket = \"/srv/a.sock\"\n[[admin.listener]]\nsocket = \"/run/b\"\n"
                "name = \"a\"\n"),
          {"14: the socket '/run/a.sock' is that of another listener",
           "16: the name 'a' is that of another listener", "19: the name 'a' is that of another listener"});
}

BOOST_AUTO_TEST_CASE(a_listener_needs_a_name_if_its_socket_gives_none) {
    const std::string rule =
        "a name of 1 to 64 of A-Z, a-z, 0-9, '_' and '-', and not 'webhook' or 'operations'";
    check(added("[[admin.listener]]\nsocket = \"/run/webhook.sock\"\n"),
          {"12: a listener with the socket '/run/webhook.sock' needs a name: " + rule});
    check(added("[[admin.listener]]\nsocket = \"/run/x.sock\"\nname = \"operations\"\n"),
          {"13: admin.listener.name must be " + rule + ", not 'operations'"});
}

BOOST_AUTO_TEST_CASE(each_value_of_a_listener_is_checked) {
    check(added("[[admin.listener]]\nsocket = \"admin.sock\"\nmode = \"660x\"\ngroup = \"a b\"\n"
                "permits = [\"write\"]\nmax_tokens_per_request = 0\n"),
          {"12: admin.listener.socket must be an absolute path of at most 107 bytes, not 'admin.sock'",
           "13: admin.listener.mode must be an octal file mode such as 0660, not '660x'",
           "14: admin.listener.group must be the name of a group, not 'a b'",
           "15: each of admin.listener.permits must be one of read, usage, money, operate, not 'write'",
           "16: admin.listener.max_tokens_per_request must be from 1 to 9223372036854775, not 0"});
    check(added("[[admin.listener]]\npermits = []\n"),
          {"11: admin.listener.socket is required",
           "12: admin.listener.permits must have from 1 to 4 items, not 0"});
}

BOOST_AUTO_TEST_CASE(permits_can_be_reloaded_and_a_new_socket_mode_name_or_group_needs_a_restart) {
    const config running = load(added(two_listeners));
    const config other_permits = load(added(replaced(two_listeners, "[\"usage\", \"read\"]", "[\"read\"]")));
    BOOST_TEST(changed(running, other_permits).empty());
    const config other_mode = load(added(replaced(two_listeners, "0666", "0660")));
    const std::vector<std::string> mode{"admin.listener.mode"};
    BOOST_TEST(changed(running, other_mode) == mode, boost::test_tools::per_element());
    const config others =
        load(added(replaced(replaced(two_listeners, "\"application\"", "\"app\""), "www-data", "root")));
    const std::vector<std::string> name_and_group{"admin.listener.name", "admin.listener.group"};
    BOOST_TEST(changed(running, others) == name_and_group, boost::test_tools::per_element());
    const std::vector<std::string> socket{"admin.listener.socket"};
    BOOST_TEST(changed(running, load(good)) == socket, boost::test_tools::per_element());
    BOOST_TEST(changed(load(good), running) == socket, boost::test_tools::per_element());
    const config moved = load(added(replaced(two_listeners, "/app.sock", "/other.sock")));
    BOOST_TEST(changed(running, moved) == socket, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reload_assigns_permits_by_socket_and_not_by_name) {
    config running = load(added(two_listeners));
    const auto narrow = replaced(two_listeners, "name = \"application\"\n", "permits = [\"read\"]\n");
    const config swapped = load(added(
        replaced(replaced(narrow, "permits = [\"usage\", \"read\"]\n", ""), "max_tokens_per_request = 500",
                 "max_tokens_per_request = 7\n[[admin.listener]]\nsocket = \"/run/third.sock\"")));
    take_over(running, swapped);
    BOOST_TEST((running.admin.listeners.at(0).permits == tokenledger::admin::every_permit));
    const admin_listener_config& second = running.admin.listeners.at(1);
    const tokenledger::admin::permit_set reads{tokenledger::admin::permit::read};
    BOOST_TEST((second.permits == reads));
    BOOST_TEST(second.max_tokens_per_request == 7);
    BOOST_TEST(second.name == "application");
    take_over(running, load(added(replaced(two_listeners, "/app.sock", "/elsewhere.sock"))));
    BOOST_TEST((running.admin.listeners.at(1).permits == reads));
}

BOOST_AUTO_TEST_SUITE_END()
