// Signed webhook requests, as Stripe sends them.
#include "request_maker.hpp"

#include "event_template.hpp"
#include "options.hpp"

#include "webhook/signature.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace tokenledger::bench {
namespace {

// splitmix64: every event's noise follows from its number, so a repeated run sends the same bytes.
std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

// In ASCII order, so that ids made later sort later, as Stripe's do.
constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view decimal_digits = alphabet.substr(0, 10);

void put_digits(char* out, std::size_t width, std::uint64_t value, std::string_view digits) {
    for (std::size_t i = width; i-- > 0; value /= digits.size()) {
        out[i] = digits[value % digits.size()];
    }
}

// `digits` of noise; a multiplication by the alphabet's size takes the place of a division.
void put_noise(char* out, std::size_t width, std::uint64_t& state, std::string_view digits) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (i % 8 == 0) {
            bits = next_random(state);
        }
        out[i] = digits[((bits & 0xffU) * digits.size()) >> 8U];
        bits >>= 8U;
    }
}

void put_uuid(char* out, std::size_t width, std::uint64_t state) {
    put_noise(out, width, state, hex_digits);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        out[dash] = '-';
    }
    out[14] = '4';
}

constexpr std::uint64_t events_per_second = 1000; // in the events' own time
constexpr std::uint64_t first_created = 1'767'225'600;

// 3 + the second + the Stripe account + 0 + seven digits that no other number gets: multiplying by an odd
// constant is one to one modulo 2^41, and 2^41 < 62^7.
void put_stripe_id(char* out, std::uint64_t number, std::uint64_t odd) {
    constexpr std::string_view account = "Q8iJWBZFaM0";
    out[0] = '3';
    put_digits(out + 1, 5, (first_created + number / events_per_second) % 916'132'832U, alphabet);
    std::copy(account.begin(), account.end(), out + 6);
    put_digits(out + 17, 7, (number * odd) & ((std::uint64_t{1} << 41U) - 1), alphabet);
}

} // namespace

request_maker::request_maker(const load_options& options)
    : secret_(options.secret),
      first_(options.first),
      count_(options.mode == load_mode::duplicate ? 1 : options.requests),
      users_(options.mode == load_mode::hot ? 1 : options.users) {
    const auto head = [&](std::size_t length) {
        return "POST " + options.path + " HTTP/1.1\r\nHost: " + options.address +
               "\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*; q=0.5, "
               "application/xml"
               "\r\nCache-Control: no-cache\r\nContent-Type: application/json; "
               "charset=utf-8\r\nContent-Length: " +
               std::to_string(length) + "\r\nStripe-Signature: t=0000000000,v1=" + std::string(64, '0') +
               "\r\n\r\n";
    };
    expand(event_template);
    const std::string body = text_;
    text_ = head(body.size());
    body_at_ = text_.size();
    signature_at_ = body_at_ - 4 - 64;
    text_ += body;
}

void request_maker::expand(std::string_view text) {
    const std::map<std::string_view, field> names{
        {"event", field::event},     {"payment", field::payment}, {"charge", field::charge},
        {"created", field::created}, {"user", field::user},       {"customer", field::customer},
        {"letters", field::letters}, {"token", field::token},     {"uuid", field::uuid}};
    for (auto mark = text.find("${"); mark != std::string_view::npos; mark = text.find("${")) {
        const auto colon = text.find(':', mark);
        const auto end = text.find('}', mark);
        const auto width = std::stoul(std::string(text.substr(colon + 1, end - colon - 1)));
        text_ += text.substr(0, mark);
        slots_.push_back({names.at(text.substr(mark + 2, colon - mark - 2)), text_.size(), width});
        text_.append(width, ' ');
        text.remove_prefix(end + 1);
    }
    text_ += text;
}

std::uint64_t request_maker::event_number(std::uint64_t index) const {
    return first_ + index % count_;
}

void request_maker::fill(std::uint64_t number) {
    const std::uint64_t user = number % users_;
    std::uint64_t noise = number;
    for (const auto& each : slots_) {
        char* const out = text_.data() + body_at_ + each.at;
        std::uint64_t user_noise = ~user;
        switch (each.what) {
        case field::event:
            put_stripe_id(out, number, 0x9e3779b97f4a7c15U);
            break;
        case field::payment:
            put_stripe_id(out, number, 0xbf58476d1ce4e5b9U);
            break;
        case field::charge:
            put_stripe_id(out, number, 0x94d049bb133111ebU);
            break;
        case field::created:
            put_digits(out, each.width, first_created + number / events_per_second, decimal_digits);
            break;
        case field::user:
            put_uuid(out, each.width, user_noise);
            break;
        case field::customer:
            put_noise(out, each.width, user_noise, alphabet);
            break;
        case field::letters:
            put_noise(out, each.width, noise, alphabet.substr(36));
            break;
        case field::token:
            put_noise(out, each.width, noise, alphabet);
            break;
        case field::uuid:
            put_uuid(out, each.width, next_random(noise));
            break;
        }
    }
}

void request_maker::sign(std::int64_t now_seconds) {
    const std::string time = std::to_string(now_seconds);
    if (time.size() != 10) {
        throw std::runtime_error("the clock is wrong");
    }
    std::copy(time.begin(), time.end(), text_.begin() + static_cast<std::ptrdiff_t>(signature_at_ - 14));
    signatures_.resize(count_);
    for (std::uint64_t i = 0; i < count_; ++i) {
        fill(event_number(i));
        const std::string header =
            webhook::sign(secret_, std::string_view(text_).substr(body_at_), now_seconds);
        header.copy(signatures_[i].data(), 64, header.size() - 64); // t=...,v1=<64 hex digits>
    }
}

std::string_view request_maker::request(std::uint64_t index) {
    const auto& signature = signatures_[index % count_];
    if (count_ > 1) {
        fill(event_number(index));
    }
    std::copy(signature.begin(), signature.end(), text_.begin() + static_cast<std::ptrdiff_t>(signature_at_));
    return text_;
}

} // namespace tokenledger::bench
