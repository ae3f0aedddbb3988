// The result of a run of the load generator, and its report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tokenledger::bench {

struct load_options;

// Answers of one kind: the status, and `result` of the JSON body (empty if there is none).
struct answer_count {
    int status = 0;
    std::string result;
    std::uint64_t count = 0;
};

// One answer, for the log. Times of CLOCK_MONOTONIC.
struct answer_line {
    std::int64_t due_ns = 0;  // when the request left, or should have (open loop)
    std::int64_t left_ns = 0; // when it really left
    std::int64_t done_ns = 0;
    int status = 0;
};

struct run_result {
    std::vector<std::int64_t> latencies_ns; // one per answer, in the order of arrival
    std::vector<answer_count> answers;
    std::vector<answer_line> lines; // empty without load_options::log
    std::uint64_t broken = 0;       // connections that ended with a request in flight: outcome unknown
    std::uint64_t unsent = 0;       // open loop: due, but no connection was free before the time was up
    bool gave_up = false;           // too many broken connections, or no answer for too long
    std::int64_t elapsed_ns = 0;    // from the first request to the last answer
    std::int64_t cpu_ns = 0;        // of the generator's thread
};

// Writes lines of "due left done status", in the order of arrival. Throws std::runtime_error if it cannot.
void write_log(const std::string& file, const run_result& result);

void print_report(const load_options& options, run_result& result);

} // namespace tokenledger::bench
