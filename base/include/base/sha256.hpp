// SHA-256 over bytes that come piece by piece.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tokenledger::base {

class sha256_stream {
  public:
    sha256_stream();
    ~sha256_stream();
    sha256_stream(const sha256_stream&) = delete;
    sha256_stream& operator=(const sha256_stream&) = delete;

    sha256_stream& add(std::string_view bytes);
    [[nodiscard]] std::string finish(); // 32 bytes; the stream is of no further use

  private:
    struct context;
    std::unique_ptr<context> context_;
};

} // namespace tokenledger::base
