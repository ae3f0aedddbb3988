// Prints docs/configuration.md; with the argument "example" systemd/tokenledgerd.toml.example, with "manual"
// daemon/man/tokenledgerd.toml.5.
#include "config/config.hpp"

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    using namespace tokenledger::daemon;
    if (argc == 1) {
        std::cout << configuration_reference();
    } else if (argc == 2 && std::string_view(argv[1]) == "example") {
        std::cout << configuration_example();
    } else if (argc == 2 && std::string_view(argv[1]) == "manual") {
        std::cout << configuration_manual();
    } else {
        std::cerr << "usage: configuration_reference [example | manual]\n";
        return 2;
    }
    return std::cout.flush() ? 0 : 1;
}
