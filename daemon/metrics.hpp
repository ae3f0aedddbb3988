// Counters, gauges and histograms in Prometheus' terms. Safe from any thread. Names: the table in
// metrics.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::daemon {

class metrics {
  public:
    // Families without labels begin at zero; the others when they are first written.
    metrics();

    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    void count(std::string_view family, labels with, std::uint64_t times = 1);
    void set(std::string_view family, labels with, double value);
    void observe(std::string_view family, labels with, double value);

    // Forgets the family's series: what they were about is gone.
    void clear(std::string_view family);

    // Of a counter or gauge; 0 if nothing was ever written.
    [[nodiscard]] double value(std::string_view family, labels with) const;

    // Of all series of a counter together.
    [[nodiscard]] double total(std::string_view family) const;

    // The exposition format, version 0.0.4.
    [[nodiscard]] std::string render() const;

    // Every family there is.
    [[nodiscard]] static std::vector<std::string_view> names();

  private:
    struct histogram {
        std::vector<std::uint64_t> buckets; // not cumulative; the last one is +Inf
        double sum = 0;
        std::uint64_t count = 0;
    };
    struct family_values {
        std::map<std::string, double, std::less<>> numbers; // by rendered labels
        std::map<std::string, histogram, std::less<>> histograms;
    };
    mutable std::mutex guard_;
    std::map<std::string, family_values, std::less<>> families_;
};

} // namespace tokenledger::daemon
