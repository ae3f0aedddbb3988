// Repeats one step of the pure core, for instructions_test.py to count its instructions:
//   tokenledger_core_steps verify|translate|batch TIMES
#include "event_templates.hpp"

#include "memory_store.hpp"
#include "webhook/signature.hpp"
#include "webhook/translate.hpp"
#include "writer/run_batch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger;

constexpr std::int64_t signed_at = 1'700'000'000;
constexpr std::size_t batch_commands = 64;

void require(bool holds, const char* what) {
    if (!holds)
        throw std::runtime_error(what);
}

// The load generator's event; all its ids contain `number`.
std::string make_body(std::size_t number) {
    std::string made;
    std::string_view rest = bench::event_template;
    for (auto mark = rest.find("${"); mark != std::string_view::npos; mark = rest.find("${")) {
        const auto colon = rest.find(':', mark);
        const auto end = rest.find('}', mark);
        const auto width = std::stoul(std::string(rest.substr(colon + 1, end - colon - 1)));
        const std::string digits = std::to_string(signed_at + static_cast<std::int64_t>(number));
        made += rest.substr(0, mark);
        if (digits.size() < width)
            made.append(width - digits.size(), 'x');
        made += digits.substr(digits.size() - std::min(width, digits.size()));
        rest.remove_prefix(end + 1);
    }
    return made.append(rest);
}

webhook::catalog starter_catalog() {
    webhook::catalog made;
    made.packs["starter"] = {.tokens = 100'000, .prices = {{"usd", {.amount = 999, .minimum = 999}}}};
    return made;
}

ledger::stripe_command translate(const std::string& body, const webhook::catalog& prices) {
    const webhook::parsed_event parsed = webhook::parse_event(body);
    require(parsed.event.has_value(), "the event is not understood");
    auto made = webhook::translate(*parsed.event, {.path = "/stripe/webhook", .accounts = {}}, prices,
                                   "t=1,v1=2", body);
    auto command = std::get<ledger::stripe_command>(std::move(made));
    require(std::holds_alternative<ledger::purchase>(command.effect), "the event is not a purchase");
    return command;
}

void verify(std::size_t times) {
    const std::array<std::string_view, 1> secrets{"whsec_of_a_test"};
    auto verifier = webhook::verifier::make(secrets);
    const std::string body = make_body(1);
    const std::string field =
        "t=" + std::to_string(signed_at) + ",v1=" + webhook::sign(secrets[0], body, signed_at);
    const std::array<std::string_view, 1> fields{field};
    for (std::size_t turn = 0; turn < times; ++turn) {
        const auto signature = webhook::parse_signature(fields);
        require(verifier->verify(signature.header, body, signed_at).error == webhook::signature_error::none,
                "the signature does not match");
    }
}

void translate_again(std::size_t times) {
    const webhook::catalog prices = starter_catalog();
    const std::string body = make_body(1);
    for (std::size_t turn = 0; turn < times; ++turn)
        static_cast<void>(translate(body, prices));
}

// Every batch starts with an empty ledger.
void run_batches(std::size_t times) {
    const webhook::catalog prices = starter_catalog();
    std::vector<ledger::command> commands;
    for (std::size_t number = 0; number < batch_commands; ++number)
        commands.emplace_back(translate(make_body(number), prices));
    for (std::size_t turn = 0; turn < times; ++turn) {
        const auto database = std::make_shared<ledger::memory_database>();
        const auto store = ledger::make_memory_store(database);
        static_cast<void>(ledger::run_batch(*store, commands));
        require(database->transactions.size() == batch_commands, "not every purchase was credited");
    }
}

} // namespace

int main(int argc, char** argv) {
    try {
        require(argc == 3, "usage: tokenledger_core_steps verify|translate|batch TIMES");
        const std::string_view step = argv[1];
        const auto times = std::stoul(argv[2]);
        if (step == "verify")
            verify(times);
        else if (step == "translate")
            translate_again(times);
        else if (step == "batch")
            run_batches(times);
        else
            throw std::runtime_error("no such step");
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
