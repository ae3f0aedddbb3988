// The progress of a long command, for a person at a terminal.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tokenledger::daemon {

// One line that is overwritten while the work goes on; nothing for work of less than a second, and nothing
// if standard error is not a terminal.
class progress_line {
  public:
    progress_line();
    ~progress_line();
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    void set(std::string text);
    // Off the screen, so that a line of the report can be printed there.
    void clear();

  private:
    void draw();
    void erase();

    std::mutex guard_;
    std::condition_variable changed_;
    std::string text_;
    bool drawn_ = false;
    bool done_ = false;
    std::thread drawing_;
};

} // namespace tokenledger::daemon
