// isatty, TIOCGWINSZ, COLUMNS, NO_COLOR.
#include "screen/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace tokenledger::ctl {

namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): one thread
    return value != nullptr ? value : "";
}

std::size_t screen_width(bool out) {
    const std::string_view told = environment("COLUMNS");
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(told.data(), told.data() + told.size(), columns);
    if (error == std::errc() && end == told.data() + told.size() && columns > 0)
        return columns;
    winsize size{};
    if (out && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return terminal().width;
}

} // namespace

terminal this_terminal() {
    const bool colour = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
    terminal found{.in = ::isatty(STDIN_FILENO) == 1,
                   .out = ::isatty(STDOUT_FILENO) == 1,
                   .err = ::isatty(STDERR_FILENO) == 1};
    found.width = screen_width(found.out);
    found.screen = {.width = found.out ? found.width : 0, .colour = found.out && colour};
    found.colour_err = found.err && colour;
    return found;
}

bool confirmed(const std::string& question) {
    std::cout << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer.starts_with('y') || answer.starts_with('Y');
}

} // namespace tokenledger::ctl
