// Calls over the admin socket, and messages for problems.
#include "client/client.hpp"

#include "client/complaint.hpp"
#include "screen/text.hpp"

#include <algorithm>
#include <iostream>

namespace tokenledger::ctl {

namespace {

constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~";

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char each : text) {
        if (unreserved.find(each) != std::string_view::npos) {
            out += each;
        } else {
            const auto byte = static_cast<unsigned char>(each);
            out += {'%', digits[byte >> 4], digits[byte & 15U]};
        }
    }
    return out;
}

complaint no_answer(const context& in, const http_answer& got) {
    const bool is_connected = got.came != exchanged::not_connected;
    return {.type = "unreachable",
            .title = (is_connected ? "no answer from " : "cannot connect to ") + visible(in.common.socket) +
                     ": " + got.why};
}

// The answer of an exchange; prints a message if it failed. `command`: how to repeat the request.
answer judged(const context& in, http_answer told, problems how, const std::string& command = {}) {
    answer got{.status = told.status, .replayed = told.replayed};
    if (told.came != exchanged::answered) {
        complaint what = no_answer(in, told);
        what.again = told.came == exchanged::no_answer ? command : "";
        complain(in, what);
        got.exit_code = exit_unreachable;
        return got;
    }
    got.body = std::move(told.body);
    got.tree = json_tree(got.body);
    if (got.status >= 300) {
        got.exit_code = got.status == 503 ? exit_unreachable : exit_refused;
        if (how == problems::said) {
            complaint what = complaint_of(got);
            what.again = got.status == 503 ? command : "";
            complain(in, what);
        }
    }
    return got;
}

std::chrono::seconds timeout_of(const context& in, int otherwise) {
    return std::chrono::seconds(in.common.timeout_s > 0 ? in.common.timeout_s : otherwise);
}

// The same command, with its key, if it has one beside its words.
std::string again(const context& in, const std::string& key) {
    auto words = in.words;
    const bool has_key = std::any_of(words.begin(), words.end(), [](const std::string& each) {
        return each == "--key" || each.starts_with("--key=");
    });
    if (!has_key && !key.empty()) {
        const auto end_of_options = std::find(words.begin(), words.end(), "--");
        words.insert(end_of_options, {"--key", key});
    }
    return visible(shell_text(words));
}

} // namespace

request_path::request_path(admin::call what, std::string_view in_path)
    : request_path(*std::ranges::find(admin::routes(), what, &admin::route::call), in_path) {
}

request_path::request_path(const admin::route& what, std::string_view in_path) : text_(what.pattern) {
    const std::size_t open = text_.find('{');
    if (open != std::string::npos)
        text_.replace(open, text_.find('}') + 1 - open, percent_encoded(in_path));
}

request_path request_path::of_list(std::string_view name) {
    const auto is_of = [&](const admin::route& each) {
        return each.call == admin::call::list && each.name == name;
    };
    return request_path(std::ranges::find_if(admin::routes(), is_of)->pattern);
}

request_path& request_path::parameter(std::string_view name, std::string_view value) {
    if (value.empty())
        return *this;
    text_ += separator_ + std::string(name) + "=" + percent_encoded(value);
    separator_ = '&';
    return *this;
}

answer get(const context& in, const request_path& what, problems how, int timeout_s) {
    return judged(
        in, exchange({.socket = in.common.socket}, {.target = what.text()}, timeout_of(in, timeout_s)), how);
}

answer post(const context& in, const write_call& what) {
    http_request request{.method = std::string(what.method), .target = what.path, .body = what.body};
    if (!what.body.empty())
        request.headers.emplace_back("Content-Type", "application/json");
    if (!what.key_is_in_body)
        request.headers.emplace_back("Idempotency-Key", what.key);
    // Printed before the request is sent: it is needed if the program is interrupted from here on.
    if (!what.key.empty())
        say_key(in, what.key);
    return judged(in, exchange({.socket = in.common.socket}, request, timeout_of(in, default_timeout_s)),
                  problems::said, again(in, what.key));
}

int print_json(const answer& what) {
    std::cout << what.body << '\n';
    return exit_done;
}

std::string shell_text(const std::vector<std::string>& words) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./=:@%+,";
    std::string out;
    for (const std::string& each : words) {
        if (!out.empty())
            out += ' ';
        if (!each.empty() && each.find_first_not_of(plain) == std::string::npos) {
            out += each;
            continue;
        }
        out += '\'';
        for (const char letter : each)
            out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
        out += '\'';
    }
    return out;
}

} // namespace tokenledger::ctl
