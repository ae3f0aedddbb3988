// Read from left to right; whatever is left over makes it no time.
#include "utc_time.hpp"

#include <chrono>

namespace tokenledger::daemon {

namespace {

class reader {
  public:
    explicit reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    bool take(char wanted) {
        if (!rest_.starts_with(wanted))
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Exactly so many digits. A failure is remembered: the number is then 0.
    int digits(std::size_t count) {
        int number = 0;
        for (; count > 0 && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; --count) {
            number = 10 * number + (rest_[0] - '0');
            rest_.remove_prefix(1);
        }
        failed_ = failed_ || count > 0;
        return failed_ ? 0 : number;
    }
    void expect(char wanted) { failed_ = !take(wanted) || failed_; }
    // One to six digits after the point, as microseconds.
    int fraction() {
        int number = digits(1);
        for (int place = 1; place < 6; ++place)
            number = 10 * number + (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' ? digits(1) : 0);
        return number;
    }
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    std::string_view rest_;
    bool failed_ = false;
};

} // namespace

std::optional<std::int64_t> utc_microseconds(std::string_view text) {
    namespace chrono = std::chrono;
    reader from(text);
    const int year = from.digits(4);
    from.expect('-');
    const int month = from.digits(2);
    from.expect('-');
    const int day = from.digits(2);
    const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                      chrono::day(static_cast<unsigned>(day))};
    int hour = 0, minute = 0, second = 0, microsecond = 0;
    if (!from.failed() && !from.at_end()) {
        from.expect('T');
        hour = from.digits(2);
        from.expect(':');
        minute = from.digits(2);
        if (from.take(':')) {
            second = from.digits(2);
            if (from.take('.'))
                microsecond = from.fraction();
        }
        from.take('Z');
    }
    if (from.failed() || !from.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    const auto time = chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
                      chrono::seconds(second) + chrono::microseconds(microsecond);
    return chrono::duration_cast<chrono::microseconds>(time.time_since_epoch()).count();
}

} // namespace tokenledger::daemon
