// Calls over the admin socket, problems in plain words.
#include "client.hpp"

#include "screen_text.hpp"

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

std::string text_of(json_value value) {
    return visible(value.string().value_or(""));
}

void say_no_answer(const context& in, const http_answer& got) {
    if (got.came == exchanged::not_connected)
        complain(in, "cannot connect to " + visible(in.common.socket) + ": " + got.why);
    else
        complain(in, "no answer from " + visible(in.common.socket) + ": " + got.why);
}

// `told`: what the exchange brought, said if there is something to say.
answer judged(const context& in, http_answer told, problems how) {
    answer got{.status = told.status, .replayed = told.replayed};
    if (told.came != exchanged::answered) {
        say_no_answer(in, told);
        got.exit_code = exit_unreachable;
        return got;
    }
    got.body = std::move(told.body);
    got.tree = json_tree(got.body);
    if (got.status >= 300) {
        got.exit_code = got.status == 503 ? exit_unreachable : exit_refused;
        if (how == problems::said)
            say_problem(in, got);
    }
    return got;
}

std::chrono::seconds timeout_of(const context& in, int otherwise) {
    return std::chrono::seconds(in.common.timeout_s > 0 ? in.common.timeout_s : otherwise);
}

// The same command, with its key.
std::string again(const context& in, const std::string& key) {
    auto words = in.words;
    const bool has_key = std::any_of(words.begin(), words.end(), [](const std::string& each) {
        return each == "--key" || each.starts_with("--key=");
    });
    if (!has_key) {
        const auto end_of_options = std::find(words.begin(), words.end(), "--");
        words.insert(end_of_options, {"--key", key});
    }
    return shell_text(words);
}

} // namespace

target& target::segment(std::string_view text) {
    text_ += "/" + percent_encoded(text);
    return *this;
}

target& target::parameter(std::string_view name, std::string_view value) {
    if (value.empty())
        return *this;
    text_ += separator_ + std::string(name) + "=" + percent_encoded(value);
    separator_ = '&';
    return *this;
}

answer get(const context& in, const target& what, problems how, int timeout_s) {
    return judged(
        in, exchange({.socket = in.common.socket}, {.target = what.text()}, timeout_of(in, timeout_s)), how);
}

answer post(const context& in, const write_call& what) {
    http_request request{.method = "POST", .target = what.path, .body = what.body};
    if (!what.body.empty())
        request.headers.emplace_back("Content-Type", "application/json");
    if (!what.key_is_in_body)
        request.headers.emplace_back("Idempotency-Key", what.key);
    // Before it is sent: whoever is interrupted from here on needs it.
    std::cerr << "key: " << visible(what.key) << std::endl;
    http_answer told = exchange({.socket = in.common.socket}, request, timeout_of(in, default_timeout_s));
    const bool undecided = told.came == exchanged::no_answer || told.status == 503;
    answer got = judged(in, std::move(told), problems::said);
    if (undecided)
        std::cerr << "  It may or may not have been done. The same command with its key is safe, it takes "
                     "effect once:\n  "
                  << visible(again(in, what.key)) << '\n';
    return got;
}

void say_problem(const context& in, const answer& got) {
    const json_value problem = got.root();
    std::string title = text_of(problem.member("title"));
    if (title.empty())
        title = "the daemon answered " + std::to_string(got.status) +
                (got.body.empty() ? "" : ": " + visible(got.body.substr(0, 300)));
    if (const std::string slug = text_of(problem.member("type")); !slug.empty())
        title += " (" + slug + ")";
    complain(in, title);
    if (const std::string detail = text_of(problem.member("detail")); !detail.empty())
        std::cerr << "  " << detail << '\n';
    if (const std::string reason = text_of(problem.member("reason")); !reason.empty())
        std::cerr << "  It is parked for: " << reason << '\n';
}

int print_json(const answer& what) {
    std::cout << what.body << '\n';
    return exit_done;
}

void complain(const context& in, const std::string& text) {
    std::cerr << painted("tokenledgerctl:", tone::bad, in.at.colour_err) << ' ' << text << '\n';
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
