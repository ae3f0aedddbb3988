// What is said of the command line elsewhere, from its own description: completions and the manual page.
#pragma once

#include <string>
#include <vector>

namespace tokenledger::ctl {

struct option_text {
    std::string name;                   // "--limit", "-y,--yes"; of a positional "user"
    std::string help;                   // a sentence without a full stop
    std::vector<std::string> choices{}; // the only values, if there are such
    bool positional = false;
    bool required = false;
    bool takes_value = false;
};

struct command_text {
    std::string name; // "grant", "events retry"; empty: the program itself
    std::string help;
    std::string footer; // of a command its examples, "Examples:" before them
    std::vector<option_text> options{};
    std::vector<std::string> commands{}; // those within
};

// The program first, then every command in the order of --help.
[[nodiscard]] std::vector<command_text> command_texts();

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string manual_page(); // tokenledgerctl(1)

} // namespace tokenledger::ctl
