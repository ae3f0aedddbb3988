// grant, deduct, transfer, usage: asked back where much is at stake, or only tried.
#include "client/random_key.hpp"
#include "commands/commands.hpp"
#include "screen/cells.hpp"
#include "screen/text.hpp"

#include "json/writer.hpp"

#include <iostream>
#include <optional>

namespace tokenledger::ctl {

namespace {

std::string key_of(const std::string& given) {
    return given.empty() ? random_key() : given;
}

bool is_unknown_account(const answer& got) {
    return got.status == 404 && got.root().member("type").string() == "unknown_account";
}

// One account before and after a write that is not done.
struct change {
    std::string user;
    std::int64_t tokens = 0; // signed
    bool may_be_new = false;
    bool may_go_below_zero = false;
    std::int64_t before = 0;
    std::int64_t after = 0;
    bool is_new = false;
    std::string refusal{}; // why it would not be done
};

// Fills in before and after; false if the daemon could not be asked.
bool look_up(const context& in, change& what, int& exit_code) {
    const answer got = get(in, request_path("/v1/accounts").segment(what.user), problems::left_to_caller);
    if (!got.ok() && !is_unknown_account(got)) {
        if (got.status != 0)
            say_problem(in, got);
        exit_code = got.exit_code;
        return false;
    }
    // A row without a transaction is no account yet: something that was refused may have left it.
    const bool exists = got.ok() && got.root().member("last_sequence").integer().value_or(0) > 0;
    what.is_new = !exists;
    what.before = got.root().member("balance").integer().value_or(0);
    if (!exists && !what.may_be_new)
        what.refusal = "there is no account " + visible(what.user);
    else if (__builtin_add_overflow(what.before, what.tokens, &what.after))
        what.refusal = "the balance of " + visible(what.user) + " would leave the range of int64";
    else if (what.tokens < 0 && what.after < 0 && !what.may_go_below_zero)
        what.refusal = "the balance of " + visible(what.user) + " does not suffice: " + grouped(what.before);
    return true;
}

// Says what the changes would come to; nothing is written.
int preview(const context& in, std::vector<change> changes) {
    int exit_code = exit_done;
    std::vector<row> rows;
    json_writer out;
    out.begin_object().member("dry_run", true).key("accounts").begin_array();
    for (change& each : changes) {
        if (!look_up(in, each, exit_code))
            return exit_code;
        if (!each.refusal.empty()) {
            complain(in, "this would be refused: " + each.refusal);
            return exit_refused;
        }
        out.begin_object().member("user_id", each.user).member("token_amount", each.tokens);
        out.member("balance_before", each.before).member("balance_after", each.after);
        if (each.is_new)
            out.member("new_account", true);
        out.end_object();
        rows.push_back({{.text = visible(each.user), .whole = true},
                        {.text = grouped(each.before)},
                        {.text = (each.tokens > 0 ? "+" : "") + grouped(each.tokens)},
                        {.text = each.is_new ? "new account" : "", .how = tone::notice},
                        {.text = grouped(each.after), .how = each.after < 0 ? tone::bad : tone::strong}});
    }
    out.end_array().end_object();
    if (in.common.json)
        std::cout << out.text() << '\n';
    else
        std::cout << "nothing was written; this is what would be:\n"
                  << table({{.title = "user", .shrinks = true},
                            {.title = "balance now", .right = true},
                            {.title = "tokens", .right = true},
                            {.title = "note", .optional = true},
                            {.title = "balance after", .right = true}},
                           rows, in.at.screen);
    return exit_done;
}

// Asks the person at the terminal, if there is one and it is much. False: it is not wanted.
bool is_wanted(const context& in, const write_options& what, const std::string& question) {
    if (what.yes || what.tokens <= what.confirm_above || !in.at.in || !in.at.out)
        return true;
    if (confirmed(question))
        return true;
    complain(in, "nothing was done");
    return false;
}

int write(const context& in, const std::string& path, const json_writer& body, const std::string& key,
          const std::string& done) {
    return print_outcome(in, post(in, {.path = path, .body = body.text(), .key = key_of(key)}), done);
}

} // namespace

int grant(const context& in, const write_options& what) {
    if (what.dry_run)
        return preview(in, {{.user = what.user, .tokens = what.tokens, .may_be_new = !what.existing}});
    const std::string words = grouped(what.tokens) + " tokens to " + visible(what.user);
    if (!is_wanted(in, what, "Grant " + words + "?"))
        return exit_refused;
    json_writer body;
    body.begin_object().member("user_id", what.user).member("tokens", what.tokens);
    body.member_if("source", what.source).member_if("reason", what.reason);
    body.member_if("reference", what.reference);
    if (!what.metadata.empty()) {
        const json_tree metadata(what.metadata);
        if (metadata.root().kind() != json_kind::object) {
            complain(in, complaint{.type = "usage", .title = "--metadata is not a JSON object"});
            return exit_usage;
        }
        body.key("metadata").raw(what.metadata);
    }
    if (what.existing)
        body.member("existing", true);
    body.end_object();
    const answer got = post(in, {.path = "/v1/grants", .body = body.text(), .key = key_of(what.key)});
    const bool is_new = got.root().member("transactions").first().member("sequence").integer() == 1;
    return print_outcome(in, got, "granted " + words + (is_new ? ", a new account" : ""));
}

int deduct(const context& in, const write_options& what) {
    if (what.dry_run)
        return preview(
            in, {{.user = what.user, .tokens = -what.tokens, .may_go_below_zero = what.allow_negative}});
    const std::string words = grouped(what.tokens) + " tokens from " + visible(what.user);
    if (!is_wanted(in, what, "Deduct " + words + "?"))
        return exit_refused;
    json_writer body;
    body.begin_object().member("user_id", what.user).member("tokens", what.tokens);
    body.member_if("reason", what.reason);
    if (what.allow_negative)
        body.member("allow_negative", true);
    body.end_object();
    return write(in, "/v1/deductions", body, what.key, "deducted " + words);
}

int transfer(const context& in, const write_options& what) {
    if (what.dry_run && what.user == what.to) {
        complain(in, "this would be refused: sender and receiver are the same account");
        return exit_refused;
    }
    if (what.dry_run)
        return preview(
            in, {{.user = what.user, .tokens = -what.tokens}, {.user = what.to, .tokens = what.tokens}});
    const std::string words =
        grouped(what.tokens) + " tokens from " + visible(what.user) + " to " + visible(what.to);
    if (!is_wanted(in, what, "Transfer " + words + "?"))
        return exit_refused;
    json_writer body;
    body.begin_object().member("from", what.user).member("to", what.to).member("tokens", what.tokens);
    body.member_if("reason", what.reason).end_object();
    return write(in, "/v1/transfers", body, what.key, "transferred " + words);
}

int report_usage(const context& in, const usage_options& what) {
    const std::string key = key_of(what.key);
    json_writer body;
    body.begin_object().member("request_id", key).member("user_id", what.user);
    body.member("action_type", what.action).member_if("model_used", what.model);
    body.member("tokens_used", what.tokens);
    if (what.input_tokens >= 0)
        body.member("input_tokens", what.input_tokens);
    if (what.output_tokens >= 0)
        body.member("output_tokens", what.output_tokens);
    body.member_if("cost_estimate", what.cost);
    if (what.charge > 0)
        body.member("charge", what.charge);
    body.end_object();
    const std::string done = "recorded " + grouped(what.tokens) + " tokens used by " + visible(what.user) +
                             (what.charge > 0 ? ", charged " + grouped(what.charge) : ", nothing charged");
    return print_outcome(
        in, post(in, {.path = "/v1/usage", .body = body.text(), .key = key, .key_is_in_body = true}), done);
}

} // namespace tokenledger::ctl
