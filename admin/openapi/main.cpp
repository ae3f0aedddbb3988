// Prints docs/openapi.json.
#include "openapi/document.hpp"

#include <iostream>

int main() {
    std::cout << tokenledger::admin::openapi_document();
    return std::cout.flush() ? 0 : 1;
}
