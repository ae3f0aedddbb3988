// Calls to the daemon, their answers, and the messages when there is no answer.
#pragma once

#include "client/http_exchange.hpp"
#include "command_line/options.hpp"
#include "screen/terminal.hpp"

#include "admin/route.hpp"
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
    std::vector<std::string> words{}; // the command line, for the hint to repeat it with its key
};

// The path of a call, from the table of routes, with its query.
class request_path {
  public:
    // `in_path` replaces the parameter in the route's pattern.
    explicit request_path(admin::call what, std::string_view in_path = {});
    request_path(const admin::route& what, std::string_view in_path);
    [[nodiscard]] static request_path of_list(std::string_view name);
    // metrics_path, health_path or ready_path.
    [[nodiscard]] static request_path of_monitoring(std::string_view path) { return request_path(path); }

    // Leaves out a parameter without a value.
    request_path& parameter(std::string_view name, std::string_view value);
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    explicit request_path(std::string_view path) : text_(path) {}

    std::string text_;
    char separator_ = '?';
};

struct answer {
    int exit_code = exit_done; // unless it is exit_done, the message has been printed
    unsigned status = 0;
    bool replayed = false;
    std::string body{};
    json_tree tree{};

    [[nodiscard]] bool ok() const { return exit_code == exit_done; }
    [[nodiscard]] json_value root() const { return tree.root(); }
};

enum class problems : unsigned char { said, left_to_caller };

// A read. With `left_to_caller` no message is printed for a refusal; the exit code is set all the same.
[[nodiscard]] answer get(const context& in, const request_path& what, problems how = problems::said,
                         int timeout_s = default_timeout_s);

// A write with a key, which is printed on standard error before the request is sent, unless the command line
// has it in any case: then it is empty. `key_is_in_body`: no header field carries it.
struct write_call {
    std::string_view method = "POST";
    std::string path{};
    std::string body{};
    std::string key{};
    bool key_is_in_body = false;
};
[[nodiscard]] answer post(const context& in, const write_call& what);

// An error for standard error: a sentence, or with --json a JSON object on one line.
struct complaint {
    std::string type =
        "failed";        // the daemon's type of a problem; else usage, unreachable, unknown_value or failed
    std::string title{}; // went through visible(), as all texts here
    std::string detail{};
    std::string again{};   // the command to repeat, if it is unknown whether the write was done
    std::string problem{}; // the daemon's JSON object, which is shown in place of the above but for `again`
};
void complain(const context& in, const complaint& what);
// "tokenledgerctl: TEXT"
void complain(const context& in, const std::string& text);

// A refusal: title and detail of the problem.
void say_problem(const context& in, const answer& got);

// Prints the daemon's answer unchanged, on one line.
int print_json(const answer& what);

// The words of a command, quoted for a shell.
[[nodiscard]] std::string shell_text(const std::vector<std::string>& words);

} // namespace tokenledger::ctl
