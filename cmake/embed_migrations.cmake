# Writes OUTPUT, a C++ file that holds the SQL files FILES: ledger::known_migrations(), sorted by version; and RIGHTS:
# ledger::known_rights().
# cmake -DFILES=a.sql;b.sql -DRIGHTS=rights.sql -DOUTPUT=migrations.cpp -P embed_migrations.cmake

cmake_minimum_required(VERSION 3.25)
# The longest string literal that every compiler must take is 65536 characters; pieces are joined by the compiler.
set(piece_length 8000)

# Sets `literal`: the text of a file as a C++ string literal.
function(read_literal file)
    file(READ "${file}" rest)
    string(FIND "${rest}" ")migration\"" end_of_literal)
    if(NOT end_of_literal EQUAL -1)
        get_filename_component(name "${file}" NAME)
        message(FATAL_ERROR "migrations: ${name} holds the mark that ends a string literal")
    endif()
    set(literal "")
    while(TRUE)
        string(LENGTH "${rest}" length)
        if(length LESS_EQUAL piece_length)
            break()
        endif()
        # Between two lines, so that no character is cut in two.
        string(SUBSTRING "${rest}" 0 ${piece_length} piece)
        string(FIND "${piece}" "\n" cut REVERSE)
        math(EXPR cut "${cut} + 1")
        string(SUBSTRING "${rest}" 0 ${cut} piece)
        string(SUBSTRING "${rest}" ${cut} -1 rest)
        string(APPEND literal "R\"migration(${piece})migration\"\n")
    endwhile()
    set(literal "${literal}R\"migration(${rest})migration\"" PARENT_SCOPE)
endfunction()

# Version first in the name and of fixed length: by name is by version.
list(SORT FILES)
set(definitions "")
set(table "")
set(count 0)
set(previous "")
foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
        message(FATAL_ERROR "migrations: ${name} is not named YYYYMMDDHHMMSS_what_it_does.sql")
    endif()
    set(version "${CMAKE_MATCH_1}")
    set(title "${CMAKE_MATCH_2}")
    if(version STREQUAL previous)
        message(FATAL_ERROR "migrations: two files have the version ${version}")
    endif()
    set(previous "${version}")

    read_literal("${file}")
    string(APPEND definitions "constexpr auto sql_${count} =\n${literal}sv;\n\n")
    string(APPEND table "    {\"${version}\"sv, \"${title}\"sv, sql_${count}},\n")
    math(EXPR count "${count} + 1")
endforeach()
read_literal("${RIGHTS}")
string(APPEND definitions "constexpr auto rights =\n${literal}sv;\n\n")

file(WRITE "${OUTPUT}" "// Made from the SQL files of migrations/ by cmake/embed_migrations.cmake.
#include \"ledger/schema.hpp\"

#include <array>

namespace tokenledger::ledger {
namespace {
using namespace std::string_view_literals;

${definitions}constexpr std::array<migration, ${count}> migrations{{
${table}}};

} // namespace

std::span<const migration> known_migrations() noexcept {
    return migrations;
}

std::string_view known_rights() noexcept {
    return rights;
}

} // namespace tokenledger::ledger
")
