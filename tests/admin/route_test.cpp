// Which call a request line means, and the problem if it means none.
#include "admin_requests.hpp"

#include <array>
#include <set>

namespace {

using namespace tokenledger;
using namespace tokenledger::admin;
using test::mentions;
using test::problem_of;
using test::verdict;

std::variant<resolved_call, problem> resolved(std::string_view method, std::string_view path,
                                              std::vector<std::string_view> keys = {"k"},
                                              permit_set permits = allowance{}.permits) {
    return resolve({.method = method, .target = path, .idempotency_keys = std::move(keys)}, permits);
}

std::string user_of(std::string_view path) {
    const auto found = resolved("GET", path, {});
    BOOST_REQUIRE_EQUAL(verdict(found), "ok");
    return std::get<resolved_call>(found).parameter;
}

std::string concrete(std::string_view pattern) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos)
        return std::string(pattern);
    return std::string(pattern.substr(0, open)) + "x" + std::string(pattern.substr(pattern.find('}') + 1));
}

} // namespace

BOOST_AUTO_TEST_SUITE(admin_routes)

BOOST_AUTO_TEST_CASE(every_route_is_found_by_its_own_path_and_needs_its_permit) {
    for (const route& each : routes()) {
        BOOST_TEST_INFO(each.method << " " << each.pattern);
        const std::vector<std::string_view> keys = each.key == key_place::header
                                                       ? std::vector<std::string_view>{"k"}
                                                       : std::vector<std::string_view>{};
        const auto found = resolved(each.method, concrete(each.pattern), keys);
        BOOST_REQUIRE_EQUAL(verdict(found), "ok");
        BOOST_TEST((std::get<resolved_call>(found).route == &each));
        BOOST_TEST(verdict(resolved(each.method, concrete(each.pattern), keys, {})) == "permit_missing 403");
        BOOST_TEST(verdict(resolved(each.method, concrete(each.pattern), keys, {each.needs})) == "ok");
        BOOST_TEST(verdict(resolved("PATCH", concrete(each.pattern), keys)) == "method_not_allowed 405");
    }
}

BOOST_AUTO_TEST_CASE(a_batch_may_be_sent_where_only_money_or_only_usage_is_permitted) {
    BOOST_TEST(verdict(resolved("POST", "/v1/batch", {"k"}, {permit::money})) == "ok");
    BOOST_TEST(verdict(resolved("POST", "/v1/batch", {"k"}, {permit::usage})) == "ok");
    BOOST_TEST(verdict(resolved("POST", "/v1/batch", {"k"}, {permit::read, permit::operate})) ==
               "permit_missing 403");
}

BOOST_AUTO_TEST_CASE(an_unknown_path_is_refused_with_the_list_of_calls) {
    for (const std::string_view path :
         {"/", "/v1", "/v1/", "/v1/grant", "/v1/grants/", "/v1/grants/x", "//v1/grants", "/V1/grants",
          "/v2/grants", "/v1/accounts", "/v1/accounts/a/b"}) {
        BOOST_TEST_INFO(path);
        BOOST_TEST(verdict(resolved("POST", path)) == "not_found 404");
    }
    BOOST_TEST(mentions(problem_of(resolved("GET", "/nowhere", {})).detail, "POST /v1/grants"));
}

BOOST_AUTO_TEST_CASE(a_wrong_method_is_refused_with_the_allowed_ones) {
    BOOST_TEST(problem_of(resolved("GET", "/v1/grants", {})).allow == "POST");
    BOOST_TEST(problem_of(resolved("DELETE", "/v1/usage", {})).allow == "POST, GET, HEAD");
    BOOST_TEST(problem_of(resolved("POST", "/v1/accounts/a", {})).allow == "GET, HEAD");
    BOOST_TEST(verdict(resolved("HEAD", "/v1/accounts/a", {})) == "ok");
}

BOOST_AUTO_TEST_CASE(a_user_id_in_a_path_may_be_any_text_percent_encoded) {
    BOOST_TEST(user_of("/v1/accounts/user_1") == "user_1");
    BOOST_TEST(user_of("/v1/accounts/a%2Fb%2fc") == "a/b/c");
    BOOST_TEST(user_of("/v1/accounts/100%25%3Fx%23") == "100%?x#");
    BOOST_TEST(user_of("/v1/accounts/%E7%8B%90") == "\xE7\x8B\x90");
    BOOST_TEST(user_of("/v1/accounts/a+b") == "a+b");
    BOOST_TEST(user_of("/v1/accounts/..") == "..");
    BOOST_TEST(user_of("http://localhost/v1/accounts/a?at=7") == "a");
}

BOOST_AUTO_TEST_CASE(a_target_that_cannot_be_decoded_is_malformed) {
    for (const std::string_view path :
         {"", "*", "v1/grants", "/v1/accounts/%", "/v1/accounts/%4", "/v1/accounts/%zz", "/v1/accounts/%4g",
          "/v1/accounts/a?at=%", "/1/2/3/4/5/6/7/8/9"}) {
        BOOST_TEST_INFO(path);
        BOOST_TEST(verdict(resolved("GET", path, {})) == "malformed_target 400");
    }
    std::string many = "/v1/transactions?";
    for (int i = 0; i < 17; ++i)
        many += "a=b&";
    BOOST_TEST(verdict(resolved("GET", many, {})) == "malformed_target 400");
}

BOOST_AUTO_TEST_CASE(a_query_is_decoded_as_form_data) {
    const auto found = resolved("GET", "/v1/transactions?user_id=a%26b+c&&type&source=", {});
    BOOST_REQUIRE_EQUAL(verdict(found), "ok");
    const std::vector<std::pair<std::string, std::string>> expected{
        {"user_id", "a&b c"}, {"type", ""}, {"source", ""}};
    BOOST_TEST((std::get<resolved_call>(found).query == expected));
}

BOOST_AUTO_TEST_CASE(a_write_has_exactly_one_key_of_1_to_255_bytes) {
    const std::string longest(255, 'k');
    const std::string too_long(256, 'k');
    BOOST_TEST(verdict(resolved("POST", "/v1/grants", {longest})) == "ok");
    BOOST_TEST(verdict(resolved("POST", "/v1/grants", {})) == "idempotency_key_missing 400");
    BOOST_TEST(verdict(resolved("POST", "/v1/grants", {""})) == "idempotency_key_invalid 400");
    BOOST_TEST(verdict(resolved("POST", "/v1/grants", {too_long})) == "idempotency_key_invalid 400");
    BOOST_TEST(verdict(resolved("POST", "/v1/grants", {"\xFF"})) == "idempotency_key_invalid 400");
    BOOST_TEST(verdict(resolved("POST", "/v1/grants", {"a", "a"})) == "idempotency_key_invalid 400");
}

BOOST_AUTO_TEST_CASE(a_usage_request_takes_no_idempotency_key) {
    BOOST_TEST(verdict(resolved("POST", "/v1/usage", {})) == "ok");
    BOOST_TEST(verdict(resolved("POST", "/v1/usage", {"k"})) == "idempotency_key_unexpected 400");
    BOOST_TEST(verdict(resolved("GET", "/v1/usage", {"k"})) == "ok"); // some clients always send one
}

BOOST_AUTO_TEST_CASE(permits_have_the_names_of_the_configuration) {
    for (const permit each : all_permits)
        BOOST_TEST((permit_of(to_string(each)) == each));
    BOOST_TEST(!permit_of("admin"));
    BOOST_TEST(!permit_of(""));
}

BOOST_AUTO_TEST_SUITE_END()
