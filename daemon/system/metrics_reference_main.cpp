// Prints docs/metrics.md.
#include "system/metric_table.hpp"

#include <iostream>

int main() {
    std::cout << tokenledger::daemon::metrics_reference();
    return std::cout.flush() ? 0 : 1;
}
