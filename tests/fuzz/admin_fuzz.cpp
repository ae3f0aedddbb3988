// libFuzzer: the first byte chooses a call, the rest is its target or body. Nothing may crash, and an
// accepted request keeps the promises of its header.
#include "admin/event_action.hpp"
#include "admin/query.hpp"
#include "admin/reply.hpp"
#include "admin/translate.hpp"

#include "base/text.hpp"
#include "json/tree.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger;

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check_problem(const admin::problem& told) {
    const admin::reply reply = admin::reply_for(told);
    require(reply.status >= 400 && !told.detail.empty());
    const json_tree body(reply.body);
    require(body.root().member("type").string().has_value());
}

struct operation_check {
    void operator()(const ledger::grant& one) const {
        require(base::is_identifier(one.user_id) && one.tokens > 0 && base::is_storable_text(one.reason));
        require(one.source == ledger::grant_source::admin || base::is_identifier(one.reference));
        require(one.metadata.empty() || json_tree(one.metadata).root().kind() == json_kind::object);
    }
    void operator()(const ledger::deduction& one) const {
        require(base::is_identifier(one.user_id) && one.tokens > 0 && base::is_storable_text(one.reason));
    }
    void operator()(const ledger::transfer& one) const {
        require(base::is_identifier(one.from) && base::is_identifier(one.to) && one.tokens > 0);
    }
    void operator()(const ledger::usage& one) const {
        require(base::is_identifier(one.request_id) && base::is_identifier(one.user_id));
        require(base::is_identifier(one.action_type) && one.tokens_used >= 0 && one.charge >= 0);
        require(one.cost_estimate.empty() || base::is_cost(one.cost_estimate));
    }
    void operator()(const ledger::reversal& one) const {
        require(base::is_identifier(one.request_id) && base::is_identifier(one.user_id));
        require(one.tokens.value_or(1) > 0 && base::is_storable_text(one.reason));
    }
    void operator()(const ledger::member_limit& one) const {
        require(base::is_identifier(one.user_id) && base::is_identifier(one.member) &&
                one.tokens.value_or(0) >= 0);
    }
    // translate() never returns these.
    void operator()(const ledger::retry_event&) const { std::abort(); }
    void operator()(const ledger::dismiss_event&) const { std::abort(); }
    void operator()(const ledger::assign_event&) const { std::abort(); }
};

void try_body(const admin::route& what, std::string_view body) {
    const auto made = admin::translate({.route = &what, .parameter = "r"},
                                       what.key == admin::key_place::body ? "" : "k", body, 0, {});
    if (const auto* wrong = std::get_if<admin::problem>(&made))
        return check_problem(*wrong);
    const auto& command = std::get<ledger::admin_command>(made);
    require(!command.operations.empty() && command.operations.size() <= 100);
    for (const ledger::operation& each : command.operations)
        std::visit(operation_check{}, each);
}

void try_target(std::string_view method, std::string_view text) {
    const admin::permit_set all = admin::allowance{}.permits;
    const auto found = admin::resolve({.method = method, .target = text, .idempotency_keys = {}}, all);
    if (const auto* wrong = std::get_if<admin::problem>(&found))
        return check_problem(*wrong);
    const auto& target = std::get<admin::resolved_call>(found);
    if (target.route->key != admin::key_place::none)
        return;
    const auto asked = admin::read_query(target, all);
    if (const auto* wrong = std::get_if<admin::problem>(&asked))
        check_problem(*wrong);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    static const std::vector<const admin::route*> writes = [] {
        std::vector<const admin::route*> found;
        for (const admin::route& each : admin::routes()) {
            if (each.call == admin::call::operation || each.call == admin::call::batch)
                found.push_back(&each);
        }
        return found;
    }();
    const std::size_t choice = data[0] % (writes.size() + 2);
    if (choice < writes.size())
        try_body(*writes[choice], rest);
    else
        try_target(choice == writes.size() ? "GET" : "POST", rest);
    return 0;
}
