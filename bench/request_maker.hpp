// Signed webhook requests, as Stripe sends them. A request is a template in which fields of fixed width
// change, so millions of distinct ones need only their signatures in memory, and making one costs less than
// sending it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::bench {

struct load_options;

class request_maker {
  public:
    explicit request_maker(const load_options& options);

    // Makes the signatures of events first .. first + count - 1; before the clock starts.
    void sign(std::int64_t now_seconds);

    // The whole HTTP request number `index` (0-based); valid until the next call.
    [[nodiscard]] std::string_view request(std::uint64_t index);

    [[nodiscard]] std::size_t request_bytes() const { return text_.size(); }
    [[nodiscard]] std::size_t body_bytes() const { return text_.size() - body_at_; }

  private:
    enum class field : std::uint8_t { event, payment, charge, created, user, customer, letters, token, uuid };
    struct slot {
        field what;
        std::size_t at;
        std::size_t width;
    };

    void expand(std::string_view text);
    void fill(std::uint64_t number);
    [[nodiscard]] std::uint64_t event_number(std::uint64_t index) const;

    std::string secret_;
    std::uint64_t first_;
    std::uint64_t count_; // distinct events
    std::uint64_t users_;
    std::string text_; // header and body
    std::size_t body_at_ = 0;
    std::size_t signature_at_ = 0; // of the 64 hex digits
    std::vector<slot> slots_;
    std::vector<std::array<char, 64>> signatures_;
};

} // namespace tokenledger::bench
