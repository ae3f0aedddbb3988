// libpq with one round trip a transaction, and nothing else: the cheapest possible client.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tokenledger::bench {

// A statement's parameters, as text except where `binary` is 1.
struct values {
    std::vector<std::string> text;
    std::vector<int> binary; // 1: PostgreSQL's binary format; parallel to text

    void add(std::string value, bool is_binary = false) {
        text.push_back(std::move(value));
        binary.push_back(is_binary ? 1 : 0);
    }
};

class pipeline {
  public:
    // Throws std::runtime_error with libpq's message, as all functions here do.
    pipeline(const std::string& url, std::vector<std::string> statements, bool prepared);

    // One transaction: every statement once, in order, with its values. Returns how long that took, from the
    // first byte to COMMIT's answer.
    std::chrono::nanoseconds transaction(const std::vector<values>& parameters);

  private:
    struct closer {
        void operator()(PGconn* open) const noexcept { PQfinish(open); }
    };
    void send(std::size_t statement, const values& with);
    void send(const char* command);
    void check(bool good) const;
    void take_results();

    std::unique_ptr<PGconn, closer> connection_;
    std::vector<std::string> statements_;
    bool prepared_;
};

} // namespace tokenledger::bench
