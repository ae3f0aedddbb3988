// Answers at once what needs no ledger; the rest when the ledger has answered.
#include "services/admin.hpp"

#include "services/admin_http.hpp"
#include "services/event_action.hpp"
#include "services/payment_proof.hpp"
#include "system/log.hpp"

#include "admin/translate.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace tokenledger::daemon {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::string_view too_many_wait = "Too many questions wait already.";

admin::allowance allowance_of(const admin_listener_config& with) {
    return {.permits = with.permits, .max_tokens_per_request = with.max_tokens_per_request};
}

// One line per request: the actor, the call, the key and the result.
struct request_line {
    std::string listener;
    std::string call{};
    std::string key{};
    std::string actor{};
    std::string event{}; // the one that the request acts on
    steady::time_point begun = steady::now();

    void log(const admin::reply& reply, const ledger::outcome* outcome) const {
        const auto* posted =
            outcome != nullptr && !outcome->posted.empty() ? &outcome->posted.back() : nullptr;
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - begun).count();
        log::info("request",
                  {{"listener", listener},
                   {"call", call},
                   {"actor", actor},
                   {"key", key},
                   {"event", event},
                   {"result", reply.result},
                   {"user", posted != nullptr ? posted->user_id : std::string()},
                   {"tokens", posted != nullptr ? std::to_string(posted->token_amount) : std::string()},
                   {"balance", posted != nullptr ? std::to_string(posted->balance_after) : std::string()},
                   {"status", reply.status},
                   {"duration_us", us}});
    }
};

std::string call_name(const http_head& head) {
    return std::string(head.method_string()) + " " + std::string(path_of(head));
}

// Submits the command. Returns a reply if the ledger does not take it; otherwise `respond` is called with
// the outcome.
std::optional<http_reply> submit(const admin_backend& behind, ledger::admin_command command, bool batch,
                                 request_line line, steady::time_point deadline, respond_fn respond) {
    auto done = [&counters = behind.counters, batch, line,
                 respond = std::move(respond)](const ledger::completion& completed) {
        const auto* outcome = std::get_if<ledger::outcome>(&completed);
        admin::reply reply = admin::reply_for(completed, batch);
        if (outcome != nullptr)
            counters.count_postings(*outcome);
        line.log(reply, outcome);
        respond(to_http(std::move(reply)));
    };
    const ledger::admission taken = behind.ledger.submit(std::move(command), deadline, std::move(done));
    if (taken == ledger::admission::accepted)
        return std::nullopt;
    admin::reply reply = admin::unavailable_reply(
        taken == ledger::admission::queue_full ? "The queue is full." : "The ledger is shutting down.");
    line.log(reply, nullptr);
    return to_http(std::move(reply));
}

admin::problem problem_of_database() {
    return {.type = admin::problem_type::unavailable,
            .detail = "The database could not be asked. Send the same request again; a write, with its key, "
                      "takes effect once."};
}

// Asks twice, because the first failure may be a connection that broke while idle. False: both failed.
template <class Question>
bool ask_in_time(steady::time_point deadline, const Question& question) {
    for (int attempt = 0; attempt < 2 && steady::now() < deadline; ++attempt) {
        try {
            question();
            return true;
        } catch (const std::exception& error) {
            log::warn("read failed", {{"error", error.what()}});
        }
    }
    return false;
}

http_reply no_answer() {
    return to_http(admin::unavailable_reply("The database did not answer in time."));
}

} // namespace

admin_service::admin_service(const admin_listener_config& with, const admin_backend& behind,
                             std::shared_ptr<const event_translator> translator)
    : name_(with.name),
      allowed_(allowance_of(with)),
      behind_(behind),
      translator_(std::move(translator)) {
}

void admin_service::reload(const admin_listener_config& with,
                           std::shared_ptr<const event_translator> translator) {
    allowed_ = allowance_of(with);
    ++generation_;
    translator_ = std::move(translator);
}

http_handlers admin_service::handlers() {
    return {.admit = [this](const http_head& head, const http_peer& peer) { return admit(head, peer); },
            .fault = [](http_fault what) { return to_http(admin::reply_for(problem_of(what))); },
            .replied = duration_observer(behind_.counters, name_)};
}

http_handlers::admitted admin_service::admit(const http_head& head, const http_peer& peer) {
    std::variant<admin::resolved_call, admin::problem> found;
    if (auto reply = behind_.operations.reply_to(head)) {
        if (allowed_.permits.contains(admin::permit::read))
            return std::move(*reply);
        found = admin::lacks_permit(admin::permit::read);
    } else {
        found = admin::resolve(head_of(head), allowed_.permits);
    }
    if (const auto* wrong = std::get_if<admin::problem>(&found)) {
        admin::reply reply = admin::reply_for(*wrong);
        request_line{.listener = name_, .call = call_name(head)}.log(reply, nullptr);
        return to_http(std::move(reply));
    }
    return [this, &head, &peer, generation = generation_,
            what = std::get<admin::resolved_call>(std::move(found))](
               const std::string& body, time_point deadline, respond_fn respond) -> http_handlers::handled {
        const std::string_view key = head["Idempotency-Key"];
        if (generation == generation_)
            return handle(what, key, peer, body, deadline, std::move(respond));
        const auto anew = admin::resolve(head_of(head), allowed_.permits);
        if (const auto* wrong = std::get_if<admin::problem>(&anew)) // a reload took the permit after admit
            return to_http(admin::reply_for(*wrong));
        return handle(std::get<admin::resolved_call>(anew), key, peer, body, deadline, std::move(respond));
    };
}

http_handlers::handled admin_service::handle(const admin::resolved_call& what, std::string_view key,
                                             const http_peer& peer, std::string_view body,
                                             time_point deadline, respond_fn respond) {
    if (what.route->call == admin::call::prove)
        return prove(what, deadline, std::move(respond));
    if (what.route->call == admin::call::verify)
        return verify(what, std::move(respond));
    if (what.route->key == admin::key_place::none)
        return read(what, deadline, std::move(respond));
    if (!peer.uid) {
        const admin::problem unknown_peer{.type = admin::problem_type::internal_error,
                                          .detail =
                                              "The kernel did not say who is connected to this socket."};
        return to_http(admin::reply_for(unknown_peer));
    }
    const std::int64_t actor{*peer.uid};
    return admin::is_event_action(what.route->call)
               ? act(what, key, body, actor, deadline, std::move(respond))
               : write(what, key, body, actor, deadline, std::move(respond));
}

http_handlers::handled admin_service::write(const admin::resolved_call& what, std::string_view key,
                                            std::string_view body, std::int64_t actor, time_point deadline,
                                            respond_fn respond) {
    const bool batch = what.route->call == admin::call::batch;
    request_line line{.listener = name_,
                      .call = std::string(what.route->method) + " " + std::string(what.route->pattern),
                      .key = std::string(key),
                      .actor = std::to_string(actor)};
    auto made = admin::translate(what, key, body, actor, allowed_);
    if (const auto* wrong = std::get_if<admin::problem>(&made)) {
        admin::reply reply = admin::reply_for(*wrong);
        line.log(reply, nullptr);
        return to_http(std::move(reply));
    }
    auto& command = std::get<ledger::admin_command>(made);
    if (key.empty()) { // the operation has its own
        std::visit(
            [&](const auto& what_is_asked) {
                if constexpr (requires { what_is_asked.request_id; })
                    line.key = what_is_asked.request_id;
            },
            command.operations.front());
    }
    auto refused = submit(behind_, std::move(command), batch, std::move(line), deadline, std::move(respond));
    if (refused)
        return std::move(*refused);
    return no_answer;
}

http_handlers::handled admin_service::act(const admin::resolved_call& what, std::string_view key,
                                          std::string_view body, std::int64_t actor, time_point deadline,
                                          respond_fn respond) {
    request_line line{.listener = name_,
                      .call = std::string(what.route->method) + " " + std::string(what.route->pattern),
                      .key = std::string(key),
                      .actor = std::to_string(actor),
                      .event = what.parameter};
    auto asked = admin::translate_event_action(what, body, allowed_);
    if (const auto* wrong = std::get_if<admin::problem>(&asked)) {
        admin::reply reply = admin::reply_for(*wrong);
        line.log(reply, nullptr);
        return to_http(std::move(reply));
    }
    // A reader's thread reads the event, because it may block; after that the command goes the usual way.
    auto task = [behind = behind_, translator = translator_, line, deadline, actor,
                 respond = std::move(respond), action = std::get<admin::event_action>(std::move(asked)),
                 own_key = std::string(key)](ledger::reader& from) {
        std::variant<ledger::operation, admin::problem> made = problem_of_database();
        const bool asked_in_time =
            ask_in_time(deadline, [&] { made = complete_event_action(action, from, *translator); });
        if (!asked_in_time || std::holds_alternative<admin::problem>(made)) {
            admin::reply reply = admin::reply_for(std::get<admin::problem>(made));
            line.log(reply, nullptr);
            return respond(to_http(std::move(reply)));
        }
        ledger::admin_command command{.idempotency_key = own_key, .actor = actor, .operations = {}};
        command.operations.push_back(std::get<ledger::operation>(std::move(made)));
        if (auto refused = submit(behind, std::move(command), false, line, deadline, respond))
            respond(std::move(*refused));
    };
    return ask(std::move(task));
}

http_handlers::handled admin_service::read(const admin::resolved_call& what, time_point deadline,
                                           respond_fn respond) {
    auto asked = admin::read_query(what, allowed_.permits);
    if (const auto* wrong = std::get_if<admin::problem>(&asked))
        return to_http(admin::reply_for(*wrong));
    auto task = [question = std::get<admin::query>(std::move(asked)), deadline,
                 respond = std::move(respond)](ledger::reader& from) {
        admin::reply reply = admin::reply_for(problem_of_database());
        ask_in_time(deadline, [&] { reply = admin::run_query(question, from); });
        respond(to_http(std::move(reply)));
    };
    return ask(std::move(task));
}

http_handlers::handled admin_service::prove(const admin::resolved_call& what, time_point deadline,
                                            respond_fn respond) {
    if (const auto wrong = admin::check_no_parameters(what))
        return to_http(admin::reply_for(*wrong));
    auto task = [payment = what.parameter, translator = translator_, deadline,
                 respond = std::move(respond)](ledger::reader& from) {
        admin::reply reply = admin::reply_for(problem_of_database());
        ask_in_time(deadline, [&] { reply = admin::proof_reply(prove_payment(from, *translator, payment)); });
        respond(to_http(std::move(reply)));
    };
    return ask(std::move(task));
}

http_handlers::handled admin_service::verify(const admin::resolved_call& what, respond_fn respond) {
    if (const auto wrong = admin::check_no_parameters(what))
        return to_http(admin::reply_for(*wrong));
    auto done = [respond = std::move(respond)](const std::optional<admin::audit_view>& found) {
        respond(to_http(found ? admin::verification_reply(*found) : admin::reply_for(problem_of_database())));
    };
    if (!behind_.audit.start(std::move(done)))
        return to_http(admin::unavailable_reply("A verification runs already."));
    return [] {
        return to_http(admin::unavailable_reply(
            "The verification takes longer than a request may. Run `tokenledgerd verify` instead."));
    };
}

http_handlers::handled admin_service::ask(reader_pool::task task) {
    if (behind_.readers.submit(std::move(task)))
        return no_answer;
    return to_http(admin::unavailable_reply(too_many_wait));
}

} // namespace tokenledger::daemon
