// A bound on the bytes that requests hold at one time. Safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace tokenledger::daemon {

class byte_budget {
  public:
    // Returns its bytes when it is destroyed.
    class reservation {
      public:
        reservation(byte_budget& from, std::int64_t bytes) noexcept : from_(&from), bytes_(bytes) {}
        reservation(reservation&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)),
              bytes_(other.bytes_) {}
        reservation& operator=(reservation&& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~reservation() {
            if (from_ != nullptr)
                from_->used_.fetch_sub(bytes_);
        }

        // Raises the reservation to `bytes` in all, if there is room for the difference; else changes
        // nothing.
        [[nodiscard]] bool grow_to(std::int64_t bytes) noexcept {
            if (bytes <= bytes_)
                return true;
            auto more = from_->try_reserve(bytes - bytes_);
            if (!more)
                return false;
            more->from_ = nullptr; // its bytes belong to this one now
            bytes_ = bytes;
            return true;
        }

      private:
        byte_budget* from_;
        std::int64_t bytes_;
    };

    explicit byte_budget(std::int64_t limit) noexcept : limit_(limit) {}

    [[nodiscard]] std::optional<reservation> try_reserve(std::int64_t bytes) noexcept {
        if (used_.fetch_add(bytes) + bytes <= limit_)
            return std::optional<reservation>(std::in_place, *this, bytes);
        used_.fetch_sub(bytes);
        return std::nullopt;
    }

    [[nodiscard]] std::int64_t used() const noexcept { return used_.load(); }

  private:
    std::int64_t limit_;
    std::atomic<std::int64_t> used_ = 0;
};

} // namespace tokenledger::daemon
