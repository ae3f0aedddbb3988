# Writes OUTPUT, a C++ file that holds the SQL files FILES: ledger::known_migrations(), sorted by version.
# cmake -DFILES=a.sql;b.sql -DOUTPUT=migrations.cpp -P embed_migrations.cmake

cmake_minimum_required(VERSION 3.25)
# The longest string literal that every compiler must take is 65536 characters; pieces are joined by the compiler.
set(piece_length 8000)

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

    file(READ "${file}" rest)
    string(FIND "${rest}" ")migration\"" end_of_literal)
    if(NOT end_of_literal EQUAL -1)
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
    string(APPEND definitions "constexpr auto sql_${count} =\n${literal}R\"migration(${rest})migration\"sv;\n\n")
    string(APPEND table "    {\"${version}\"sv, \"${title}\"sv, sql_${count}},\n")
    math(EXPR count "${count} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made from migrations/*.sql by cmake/embed_migrations.cmake.
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

} // namespace tokenledger::ledger
")
