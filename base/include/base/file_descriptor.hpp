// A file descriptor that is closed when its owner goes.
#pragma once

#include <unistd.h>

#include <utility>

namespace tokenledger::base {

class file_descriptor {
  public:
    explicit file_descriptor(int value = -1) noexcept : value_(value) {}
    file_descriptor(file_descriptor&& other) noexcept : value_(other.release()) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~file_descriptor() {
        if (value_ >= 0)
            ::close(value_);
    }

    [[nodiscard]] int get() const noexcept { return value_; } // below 0: none
    // Somebody else closes it from now on.
    [[nodiscard]] int release() noexcept { return std::exchange(value_, -1); }

  private:
    int value_;
};

} // namespace tokenledger::base
