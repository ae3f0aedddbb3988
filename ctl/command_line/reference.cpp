// Walks CLI11's description.
#include "command_line/reference.hpp"

#include "command_line/command_line.hpp"

#include <algorithm>

namespace tokenledger::ctl {

namespace {

// The values that one_of() writes into the name of the type: "TEXT:{csv,jsonl}".
std::vector<std::string> choices_in(const std::string& type) {
    std::vector<std::string> found;
    const std::size_t begin = type.find('{');
    const std::size_t end = type.find('}');
    if (begin == std::string::npos || end == std::string::npos)
        return found;
    for (std::size_t at = begin + 1; at < end;) {
        const std::size_t comma = std::min(type.find(',', at), end);
        found.push_back(type.substr(at, comma - at));
        at = comma + 1;
    }
    return found;
}

// What the list says, what is offered beside it, or the words that stand for a day.
void add_choices(const CLI::Option& of, const command_line& line, option_text& into) {
    into.choices = choices_in(of.get_type_name());
    if (!into.choices.empty())
        return;
    into.open = true;
    if (const auto found = line.offered.find(&of); found != line.offered.end())
        into.choices = found->second;
    else if (into.name == "--from" || into.name == "--to")
        into.choices = {"today", "yesterday", "-7d"};
}

void collect(const command_line& line, const CLI::App& app, const std::string& path,
             std::vector<command_text>& into) {
    command_text text{.name = path, .help = app.get_description(), .footer = app.get_footer()};
    for (const CLI::Option* each : app.get_options([](const CLI::Option*) { return true; })) {
        option_text option{.name = each->get_name(each->get_positional(), !each->get_positional()),
                           .help = each->get_description(),
                           .positional = each->get_positional(),
                           .required = each->get_required(),
                           .takes_value = each->get_items_expected_max() > 0,
                           .takes_number = each->get_type_name() == "N"};
        add_choices(*each, line, option);
        text.options.push_back(std::move(option));
    }
    const auto within = app.get_subcommands([](const CLI::App*) { return true; });
    for (const CLI::App* each : within)
        text.commands.push_back(each->get_name());
    into.push_back(std::move(text));
    for (const CLI::App* each : within)
        collect(line, *each, path.empty() ? each->get_name() : path + " " + each->get_name(), into);
}

} // namespace

std::vector<command_text> command_texts() {
    CLI::App app;
    common_options common;
    command chosen;
    command_line line{.app = app, .common = common, .chosen = chosen};
    describe(line);
    std::vector<command_text> found;
    collect(line, app, "", found);
    return found;
}

std::vector<std::string> names_of(const option_text& option) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < option.name.size();) {
        const std::size_t comma = std::min(option.name.find(',', at), option.name.size());
        found.push_back(option.name.substr(at, comma - at));
        at = comma + 1;
    }
    return found;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& each : words)
        out += (out.empty() ? "" : " ") + each;
    return out;
}

bool takes_file(const option_text& option) {
    return option.name == "--socket" || option.name == "--secret-file" || option.name == "file" ||
           (option.name == "--output" && !option.takes_number);
}

} // namespace tokenledger::ctl
