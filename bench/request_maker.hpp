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

    // Its body alone, without a signature; valid until the next call.
    [[nodiscard]] std::string_view body(std::uint64_t index);

    [[nodiscard]] std::size_t request_bytes() const { return purchase_.text.size(); }

  private:
    enum class field : std::uint8_t {
        event,
        refund_event,
        payment,
        charge,
        created,
        user,
        customer,
        letters,
        token,
        uuid
    };
    struct slot {
        field what;
        std::size_t at; // in the body
        std::size_t width;
    };
    struct form {
        std::string text; // header and body
        std::size_t body_at = 0;
        std::size_t signature_at = 0; // of the 64 hex digits
        std::vector<slot> slots;
    };
    // Which event a request carries. In refund mode blocks of purchases alternate with blocks of their
    // refunds, so that a purchase is usually answered before its refund leaves.
    struct event_of {
        bool refund = false;
        std::uint64_t number = 0; // of the payment
    };

    static form expand(std::string_view body, const load_options& options);
    [[nodiscard]] event_of event_at(std::uint64_t index) const;
    form& fill(event_of which);
    void put_field(field what, char* out, std::size_t width, std::uint64_t number, std::uint64_t& noise);

    std::string secret_;
    std::uint64_t first_;
    std::uint64_t count_; // distinct events
    std::uint64_t users_;
    std::uint64_t first_user_;
    std::uint64_t block_; // purchases before their refunds; 0: no refunds
    form purchase_;
    form refund_;
    std::vector<std::array<char, 64>> signatures_;
};

} // namespace tokenledger::bench
