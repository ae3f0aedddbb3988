// Loads the configuration file: parse, walk the table of settings, check the whole.
#include "config/config.hpp"

#include "config/draft.hpp"
#include "config/finish.hpp"
#include "config/read_settings.hpp"
#include "config/secret_file.hpp"
#include "config/text_rules.hpp"
#include "config/toml_file.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tokenledger::daemon {
namespace {

constexpr std::size_t max_config_bytes = std::size_t{4} * 1024 * 1024;

std::vector<config_error> in_file_order(const std::filesystem::path& file, std::vector<finding> findings) {
    std::ranges::stable_sort(findings, {}, &finding::at);
    std::vector<config_error> made;
    for (finding& one : findings)
        made.push_back({file.string(), one.at.line, std::move(one.message)});
    return made;
}

text_list texts_of(const std::vector<listen_address>& addresses) {
    text_list made;
    for (const listen_address& one : addresses)
        made.push_back({to_string(one), {}});
    return made;
}

// The settings of one admin listener that need a restart.
admin_listener_draft draft_of(const admin_listener_config& from) {
    admin_listener_draft made;
    made.socket = from.file.path;
    made.name = from.name;
    made.mode = std::to_string(from.file.mode); // for comparison only: not octal
    made.group = from.file.group;
    return made;
}

// A draft with the settings that need a restart, except those in lists of tables.
config_draft draft_of(const config& from) {
    config_draft made;
    made.made = from;
    made.listen = texts_of(from.webhook.listen);
    made.operations_listen = texts_of(from.operations.listen);
    return made;
}

} // namespace

std::string to_string(const config_error& error) {
    return error.file + ":" + std::to_string(error.line) + ": " + error.message;
}

std::variant<config, std::vector<config_error>>
load_config(const std::filesystem::path& file, const std::filesystem::path& credentials_directory,
            secret_files secrets) {
    const file_content content = read_file(file, max_config_bytes);
    if (!content.problem.empty())
        return in_file_order(file, {{{}, "cannot read the configuration: " + content.problem}});
    const auto parsed = parse_toml(content.text);
    if (const auto* syntax_error = std::get_if<finding>(&parsed))
        return in_file_order(file, {*syntax_error});
    config_draft draft;
    std::vector<finding> findings;
    settings_reader(draft, findings).read(std::get<toml_table>(parsed));
    config made = finish(draft, {credentials_directory, file.parent_path(), secrets}, findings);
    if (!findings.empty())
        return in_file_order(file, std::move(findings));
    return made;
}

std::vector<std::string> restart_needed(const config& running, const config& loaded) {
    config_draft before = draft_of(running);
    config_draft after = draft_of(loaded);
    const auto differs = [&](auto where) { return !(where(before) == where(after)); };
    // A listener is identified by its socket: one that was added, removed or moved has another socket.
    const auto differs_in_a_listener = [&](const setting& row) {
        if (row.key == "socket" && running.admin.listeners.size() != loaded.admin.listeners.size())
            return true;
        return std::ranges::any_of(running.admin.listeners, [&](const admin_listener_config& one) {
            const admin_listener_config* other = same_listener(one, loaded);
            if (other == nullptr)
                return row.key == "socket";
            before.admin_listeners = {draft_of(one)};
            after.admin_listeners = {draft_of(*other)};
            return std::visit(differs, row.where);
        });
    };
    std::vector<std::string> made;
    for (const setting& row : settings()) {
        const bool in_list = row.table == "admin.listener";
        if (row.takes == change::restart &&
            (in_list ? differs_in_a_listener(row) : std::visit(differs, row.where))) {
            made.push_back(full_name(row));
        }
    }
    return made;
}

void take_over(config& running, const config& loaded) {
    running.webhook.tolerance_seconds = loaded.webhook.tolerance_seconds;
    running.webhook.trusted_proxies = loaded.webhook.trusted_proxies;
    running.webhook.tls = loaded.webhook.tls;
    running.webhook.endpoints = loaded.webhook.endpoints;
    running.catalogs = loaded.catalogs;
    running.log = loaded.log;
    for (admin_listener_config& each : running.admin.listeners) {
        if (const admin_listener_config* same = same_listener(each, loaded)) {
            each.permits = same->permits;
            each.max_tokens_per_request = same->max_tokens_per_request;
        }
    }
}

const admin_listener_config* same_listener(const admin_listener_config& running, const config& from) {
    const std::vector<admin_listener_config>& all = from.admin.listeners;
    if (running.file.path.empty() && all.size() == 1)
        return all.data();
    const auto found = std::ranges::find(all, running.file.path,
                                         [](const admin_listener_config& each) { return each.file.path; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace tokenledger::daemon
