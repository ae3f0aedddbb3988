// Completions and the manual page, generated from the command line.
#pragma once

#include <string>
#include <vector>

namespace tokenledger::ctl {

struct option_text {
    std::string name;                   // "--limit", "-y,--yes"; of a positional "user"
    std::string help;                   // a sentence without a full stop
    std::vector<std::string> choices{}; // its values, if they are a list
    bool open = false;                  // takes other values too
    bool positional = false;
    bool required = false;
    bool takes_value = false;
    bool takes_number = false;
};

struct command_text {
    std::string name; // "grant", "events retry"; empty: the program itself
    std::string help;
    std::string footer; // of a command its examples, "Examples:" before them
    std::vector<option_text> options{};
    std::vector<std::string> commands{}; // its subcommands
};

// The program first, then every command in the order of --help.
[[nodiscard]] std::vector<command_text> command_texts();

// "-y,--yes" as its names.
[[nodiscard]] std::vector<std::string> names_of(const option_text& option);
[[nodiscard]] bool takes_file(const option_text& option);
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string manual_page(); // tokenledgerctl(1)

} // namespace tokenledger::ctl
