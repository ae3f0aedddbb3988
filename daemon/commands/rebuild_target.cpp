// A password on a command line is in the process list for as long as the program runs: here for hours.
#include "commands/rebuild_target.hpp"

#include "config/secret_file.hpp"

#include "ledger/postgres.hpp"

namespace tokenledger::daemon {

namespace {

constexpr std::size_t max_url_bytes = 4096;

file_content url_in(const std::string& file) {
    file_content made = read_file(file, max_url_bytes);
    if (made.text.ends_with('\n'))
        made.text.pop_back();
    if (made.problem.empty() && made.text.empty())
        made.problem = "the file is empty";
    return made;
}

} // namespace

rebuild_url rebuild_url_of(const rebuild_target& given) {
    int ways = 0;
    for (const std::string* each : {&given.url, &given.file, &given.environment})
        ways += each->empty() ? 0 : 1;
    const std::string variable = rebuild_url_variable;
    if (ways == 0)
        return {.problem =
                    "the database to rebuild into is not named: --into URL, --into-file FILE or " + variable};
    if (ways > 1)
        return {.problem =
                    "the database to rebuild into is named more than once: only one of --into, --into-file "
                    "and " +
                    variable + " may be given"};

    rebuild_url made{.url = given.url + given.environment};
    std::string from = given.url.empty() ? variable : "--into";
    if (!given.file.empty()) {
        from = "--into-file " + given.file;
        file_content read = url_in(given.file);
        if (!read.problem.empty())
            return {.problem = from + ": " + read.problem};
        made.url = std::move(read.text);
    }
    if (!ledger::is_readable_url(made.url))
        return {.problem = from + ": not a libpq URI or keyword string"};
    if (!given.url.empty() && ledger::has_password(given.url))
        return {.problem =
                    "--into: a password on the command line is seen in the process list: give the URL with "
                    "--into-file FILE or " +
                    variable + ", or keep the password in a passfile"};
    return made;
}

} // namespace tokenledger::daemon
