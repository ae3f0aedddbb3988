// tokenledgerctl.
#include "command_line/options.hpp"
#include "run.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        return tokenledger::ctl::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "tokenledgerctl: " << error.what() << '\n';
        return tokenledger::ctl::exit_refused;
    }
}
