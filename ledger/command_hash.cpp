// Fields as netstrings (length, colon, bytes, comma), so that no text can run into its neighbour.
#include "ledger/command_hash.hpp"

#include <openssl/evp.h>

#include <stdexcept>
#include <string_view>

namespace tokenledger::ledger {

namespace {

class encoder {
  public:
    encoder& add(std::string_view text) {
        bytes_.append(std::to_string(text.size())).append(1, ':').append(text).append(1, ',');
        return *this;
    }
    encoder& add(std::int64_t number) { return add(std::to_string(number)); }
    encoder& add(bool truth) { return add(std::string_view(truth ? "true" : "false")); }
    encoder& add(const std::optional<std::int64_t>& number) {
        return number ? add(*number) : add(std::string_view("none"));
    }
    [[nodiscard]] std::string finish() && { return std::move(bytes_); }

  private:
    std::string bytes_;
};

void add(encoder& to, const grant& what) {
    to.add(std::string_view("grant")).add(what.user_id).add(what.tokens);
    to.add(static_cast<std::int64_t>(what.source)).add(what.reason).add(what.reference).add(what.metadata);
}

void add(encoder& to, const deduction& what) {
    to.add(std::string_view("deduction")).add(what.user_id).add(what.tokens).add(what.reason);
    to.add(what.allow_negative);
}

void add(encoder& to, const transfer& what) {
    to.add(std::string_view("transfer")).add(what.from).add(what.to).add(what.tokens).add(what.reason);
}

void add(encoder& to, const usage& what) {
    to.add(std::string_view("usage")).add(what.request_id).add(what.user_id).add(what.action_type);
    to.add(what.model_used).add(what.tokens_used).add(what.input_tokens).add(what.output_tokens);
    to.add(what.cost_estimate).add(what.charge);
}

std::string sha256(std::string_view bytes) {
    std::string digest(32, '\0');
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   EVP_sha256(), nullptr) != 1 ||
        size != digest.size())
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    return digest;
}

} // namespace

std::string encode(const operation& what) {
    encoder bytes;
    std::visit([&](const auto& each) { add(bytes, each); }, what);
    return std::move(bytes).finish();
}

std::string encode(const admin_command& what) {
    encoder bytes;
    for (const operation& each : what.operations)
        bytes.add(encode(each));
    return std::move(bytes).finish();
}

std::string hash_of(const operation& what) {
    return sha256(encode(what));
}

std::string hash_of(const admin_command& what) {
    return sha256(encode(what));
}

} // namespace tokenledger::ledger
