// What an AI call was: the options that usage and capture share, and the words about its charge.
#pragma once

#include "client/client.hpp"
#include "command_line/command_line.hpp"
#include "screen/text.hpp"

#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::ctl {

// `Call`: a usage or a capture.
template <class Call>
void add_call(CLI::App& to, Call& what) {
    add_number(to, "--input", what.input_tokens, 0, "Input tokens among them");
    add_number(to, "--output", what.output_tokens, 0, "Output tokens among them");
    to.add_option("--cost", what.cost_estimate, "Your cost, in decimal cents");
    add_number(to, "--cached-input", what.cached_input_tokens, 0, "Cached tokens among the input tokens");
    add_number(to, "--reasoning", what.reasoning_tokens, 0, "Reasoning tokens among the output tokens");
    const auto take = [&what](const CLI::results_t& words) {
        what.occurred_at_us = base::parse_time(words.at(0));
        return true;
    };
    to.add_option("--occurred-at", take,
                  "When the call was made: a time of RFC 3339 of the last 30 days; now unless given")
        ->type_name("TEXT")
        ->check([](const std::string& text) {
            return base::parse_time(text) ? std::string()
                                          : "not a time such as 2026-11-22T18:30:00Z: " + text;
        });
    to.add_option("--metadata", what.metadata, "A JSON object to store with the usage");
}

// ", charged 5, 2 uncovered"
inline std::string charged_words(std::int64_t charge, const answer& got) {
    const std::int64_t uncovered = got.ok() ? got.root().member("uncovered").integer().value_or(0) : 0;
    return (charge > uncovered ? ", charged " + grouped(charge - uncovered) : ", nothing charged") +
           (uncovered > 0 ? ", " + grouped(uncovered) + " uncovered" : "");
}

} // namespace tokenledger::ctl
