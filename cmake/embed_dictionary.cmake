# Writes OUTPUT, a C++ file with the dictionary that the migration FILE carries as hex between decode(' and ', 'hex').
# cmake -DFILE=migration.sql -DOUTPUT=dictionary.cpp -P embed_dictionary.cmake

cmake_minimum_required(VERSION 3.25)

file(READ "${FILE}" text)
if(NOT text MATCHES "decode\\('\n([0-9a-f\n]+)', 'hex'\\)")
    message(FATAL_ERROR "${FILE} carries no dictionary")
endif()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${CMAKE_MATCH_1}")

file(WRITE "${OUTPUT}" "// Made from a migration by cmake/embed_dictionary.cmake.
#include \"codec/evidence_dictionary.hpp\"

namespace tokenledger::ledger {
namespace {
constexpr unsigned char bytes[] = {
${bytes}
};
} // namespace

std::string_view current_dictionary() noexcept {
    return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

} // namespace tokenledger::ledger
")
