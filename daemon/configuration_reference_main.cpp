// Prints docs/configuration.md, or with the argument "example" systemd/tokenledgerd.toml.example.
#include "config.hpp"

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    using namespace tokenledger::daemon;
    if (argc == 1) {
        std::cout << configuration_reference();
    } else if (argc == 2 && std::string_view(argv[1]) == "example") {
        std::cout << configuration_example();
    } else {
        std::cerr << "usage: configuration_reference [example]\n";
        return 2;
    }
    return std::cout.flush() ? 0 : 1;
}
