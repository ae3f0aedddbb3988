// The daemon as the commands meet it: calls, answers, and what to say when there is none.
#pragma once

#include "client/http_exchange.hpp"
#include "command_line/options.hpp"
#include "screen/terminal.hpp"

#include "json/tree.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ctl {

struct context {
    common_options common{};
    terminal at{};
    std::vector<std::string> words{}; // the command line, to be said again with a key
};

// A path with its query; what has no value is left out.
class request_path {
  public:
    explicit request_path(std::string path) : text_(std::move(path)) {}
    request_path& segment(std::string_view text); // percent-encoded
    request_path& parameter(std::string_view name, std::string_view value);
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
    char separator_ = '?';
};

struct answer {
    int exit_code = exit_done; // if it is not exit_done, everything has been said
    unsigned status = 0;
    bool replayed = false;
    std::string body{};
    json_tree tree{};

    [[nodiscard]] bool ok() const { return exit_code == exit_done; }
    [[nodiscard]] json_value root() const { return tree.root(); }
};

enum class problems : unsigned char { said, left_to_caller };

// A read. With `left_to_caller` a refusal (not: no answer) is quiet; its exit code is told all the same.
[[nodiscard]] answer get(const context& in, const request_path& what, problems how = problems::said,
                         int timeout_s = default_timeout_s);

// A write under a key, which standard error names before it is sent. `key_is_in_body`: a usage, by request
// id.
struct write_call {
    std::string path{};
    std::string body{};
    std::string key{};
    bool key_is_in_body = false;
};
[[nodiscard]] answer post(const context& in, const write_call& what);

// What went wrong, on standard error: in words, or with --json as one line that is a JSON object.
struct complaint {
    std::string type =
        "failed";        // of a problem the daemon's; else usage, unreachable, unknown_value or failed
    std::string title{}; // each is visible() already
    std::string detail{};
    std::string again{};   // the command that is safe to run, where nobody knows whether it was done
    std::string problem{}; // the daemon's JSON object, which is shown in place of the above but for `again`
};
void complain(const context& in, const complaint& what);
// "tokenledgerctl: TEXT"
void complain(const context& in, const std::string& text);

// A refusal: title and detail of the problem.
void say_problem(const context& in, const answer& got);

// The daemon's answer as it is, on a line.
int print_json(const answer& what);

// The words of a command, quoted for a shell.
[[nodiscard]] std::string shell_text(const std::vector<std::string>& words);

} // namespace tokenledger::ctl
