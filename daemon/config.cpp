// Loads the configuration file: parse, walk the table of settings, check the whole.
#include "config.hpp"

#include "config_checks.hpp"
#include "config_draft.hpp"
#include "secret_file.hpp"
#include "setting_rules.hpp"
#include "settings_reader.hpp"
#include "toml_file.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tokenledger::daemon {
namespace {

constexpr std::size_t max_config_bytes = std::size_t{4} * 1024 * 1024;

std::vector<config_error> in_file_order(const std::filesystem::path& file, std::vector<finding> findings) {
    std::ranges::stable_sort(findings, {}, &finding::at);
    std::vector<config_error> made;
    for (finding& one : findings) {
        made.push_back({file.string(), one.at.line, std::move(one.message)});
    }
    return made;
}

// Where and as whom the admin listeners listen: all that takes a restart.
bool same_admin_doors(const config& left, const config& right) {
    const auto same = [](const admin_listener_config& one, const admin_listener_config& other) {
        return one.name == other.name && one.file == other.file;
    };
    return std::ranges::equal(left.admin.listeners, right.admin.listeners, same);
}

text_list texts_of(const std::vector<listen_address>& addresses) {
    text_list made;
    for (const listen_address& one : addresses) {
        made.push_back({to_string(one), {}});
    }
    return made;
}

// A draft that holds the settings which take a restart, but for those in lists of tables.
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
    if (!content.problem.empty()) {
        return in_file_order(file, {{{}, "cannot read the configuration: " + content.problem}});
    }
    const auto parsed = parse_toml(content.text);
    if (const auto* syntax_error = std::get_if<finding>(&parsed)) {
        return in_file_order(file, {*syntax_error});
    }
    config_draft draft;
    std::vector<finding> findings;
    settings_reader(draft, findings).read(std::get<toml_table>(parsed));
    config made = finish(draft, {credentials_directory, file.parent_path(), secrets}, findings);
    if (!findings.empty()) {
        return in_file_order(file, std::move(findings));
    }
    return made;
}

std::vector<std::string> restart_needed(const config& running, const config& loaded) {
    config_draft before = draft_of(running);
    config_draft after = draft_of(loaded);
    const auto differs = [&](auto where) { return !(where(before) == where(after)); };
    std::vector<std::string> made;
    for (const setting& row : settings()) {
        const bool in_list = row.table == "admin.listener";
        if (row.takes == change::restart && !in_list && std::visit(differs, row.where)) {
            made.push_back(full_name(row));
        }
    }
    if (!same_admin_doors(running, loaded)) {
        made.emplace_back("admin.listener");
    }
    return made;
}

} // namespace tokenledger::daemon
