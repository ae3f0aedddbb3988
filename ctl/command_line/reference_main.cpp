// Prints a committed file anew: ctl_reference bash > ctl/completion/tokenledgerctl.bash, zsh, man.
#include "command_line/reference.hpp"

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    const std::string_view what = argc == 2 ? argv[1] : "";
    if (what == "bash") {
        std::cout << tokenledger::ctl::bash_completion();
    } else if (what == "zsh") {
        std::cout << tokenledger::ctl::zsh_completion();
    } else if (what == "man") {
        std::cout << tokenledger::ctl::manual_page();
    } else {
        std::cerr << "usage: ctl_reference bash | zsh | man\n";
        return 2;
    }
    return 0;
}
