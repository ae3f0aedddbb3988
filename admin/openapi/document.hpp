// The description of the admin API, as OpenAPI 3.1: docs/openapi.json.
#pragma once

#include <string>
#include <vector>

namespace tokenledger::admin {

// As it is committed. Throws std::logic_error where a call has no words, or two parts have one name.
[[nodiscard]] std::string openapi_document();

// The keys of words.cpp and values.cpp that the document does not use: of what is there no more.
[[nodiscard]] std::vector<std::string> unused_words();

} // namespace tokenledger::admin
