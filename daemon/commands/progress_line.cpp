// Drawn by a thread of its own, so that a step that takes long shows its seconds.
#include "commands/progress_line.hpp"

#include <chrono>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace tokenledger::daemon {

progress_line::progress_line() {
    if (isatty(STDERR_FILENO) != 0)
        drawing_ = std::thread([this] { draw(); });
}

progress_line::~progress_line() {
    {
        const std::lock_guard hold(guard_);
        done_ = true;
    }
    changed_.notify_all();
    if (drawing_.joinable())
        drawing_.join();
}

void progress_line::set(std::string text) {
    const std::lock_guard hold(guard_);
    text_ = std::move(text);
}

void progress_line::clear() {
    const std::lock_guard hold(guard_);
    erase();
}

void progress_line::draw() {
    const auto began = std::chrono::steady_clock::now();
    std::unique_lock hold(guard_);
    while (!changed_.wait_for(hold, std::chrono::seconds(1), [this] { return done_; })) {
        const auto passed =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
        std::cerr << '\r' << text_ << ", " << passed.count() << " s\x1b[K" << std::flush;
        drawn_ = true;
    }
    erase();
}

void progress_line::erase() {
    if (std::exchange(drawn_, false))
        std::cerr << "\r\x1b[K" << std::flush;
}

} // namespace tokenledger::daemon
