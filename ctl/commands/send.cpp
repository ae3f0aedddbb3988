// send: signs an event file as Stripe does and posts it to a webhook.
#include "client/signature.hpp"
#include "commands/commands.hpp"
#include "screen/text.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <system_error>

namespace tokenledger::ctl {

namespace {

struct webhook_url {
    endpoint where;
    std::string path;
};

// http://HOST[:PORT]/PATH; the host may be [an IPv6 address].
std::optional<webhook_url> parse_url(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    if (!text.starts_with(scheme) || text.find_first_of(" \t\r\n#@") != std::string_view::npos)
        return std::nullopt;
    text.remove_prefix(scheme.size());
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash);
    webhook_url found{.where = {.port = "80"}, .path = std::string(text.substr(slash))};
    if (found.path.empty())
        found.path = "/";
    const std::size_t bracket = authority.find(']');
    const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        found.where.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']'))
        authority = authority.substr(1, authority.size() - 2);
    found.where.host = authority;
    const bool has_port =
        !found.where.port.empty() && found.where.port.find_first_not_of("0123456789") == std::string::npos;
    return found.where.host.empty() || !has_port ? std::nullopt : std::optional(found);
}

std::optional<std::string> read_file(const context& in, const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        complain(in, visible(path) + ": " + std::generic_category().message(errno != 0 ? errno : EIO));
        return std::nullopt;
    }
    return text;
}

std::string trimmed(std::string text) {
    constexpr const char* blanks = " \t\r\n";
    text.erase(text.find_last_not_of(blanks) + 1);
    text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
    return text;
}

} // namespace

int send_event(const context& in, const send_options& what) {
    const auto url = parse_url(what.url);
    if (!url) {
        complain(in, complaint{.type = "usage",
                               .title = "not a URL of the form http://host:port/path: " + visible(what.url)});
        return exit_usage;
    }
    const auto body = read_file(in, what.file);
    const auto secret_text = read_file(in, what.secret_file);
    if (!body || !secret_text)
        return exit_refused;
    const std::string secret = trimmed(*secret_text);
    if (secret.empty()) {
        complain(in, visible(what.secret_file) + " is empty");
        return exit_refused;
    }
    const std::int64_t now =
        what.timestamp > 0 ? what.timestamp : static_cast<std::int64_t>(std::time(nullptr));
    const http_request request{.method = "POST",
                               .target = url->path,
                               .headers = {{"Content-Type", "application/json"},
                                           {"Stripe-Signature", stripe_signature(*body, secret, now)}},
                               .body = *body};
    const int limit = in.common.timeout_s > 0 ? static_cast<int>(in.common.timeout_s) : default_timeout_s;
    const http_answer got = exchange(url->where, request, std::chrono::seconds(limit));
    if (got.came != exchanged::answered) {
        complain(in,
                 complaint{.type = "unreachable",
                           .title = std::string(got.came == exchanged::not_connected ? "cannot connect to "
                                                                                     : "no answer from ") +
                                    visible(what.url) + ": " + got.why});
        return exit_unreachable;
    }
    if (in.common.json)
        std::cout << got.body << '\n';
    else
        std::cout << got.status << ' ' << visible(got.body) << '\n';
    if (in.common.json && got.status >= 300)
        complain(in, "the webhook answered " + std::to_string(got.status));
    return got.status < 300 ? exit_done : got.status == 503 ? exit_unreachable : exit_refused;
}

} // namespace tokenledger::ctl
