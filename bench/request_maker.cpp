// Signed webhook requests, as Stripe sends them.
#include "request_maker.hpp"

#include "event_names.hpp"
#include "event_templates.hpp"
#include "options.hpp"

#include "webhook/signature.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace tokenledger::bench {
namespace {

// This bit of the number distinguishes a refund's event from its purchase's.
constexpr std::uint64_t refund_bit = std::uint64_t{1} << 40U;

// The purchases before their refunds: more than the connections could reorder.
std::uint64_t block_of(const load_options& options) {
    if (options.mode != load_mode::refund)
        return 0;
    const std::uint64_t wanted = 16 * std::uint64_t{options.connections};
    return std::max<std::uint64_t>(std::min(wanted, options.requests / 2), 1);
}

} // namespace

request_maker::request_maker(const load_options& options)
    : secret_(options.secret),
      first_(options.first),
      count_(options.mode == load_mode::duplicate ? 1 : options.requests),
      users_(options.mode == load_mode::hot ? 1 : options.users),
      first_user_(options.first_user),
      block_(block_of(options)),
      purchase_(expand(event_template, options)),
      refund_(expand(refund_template, options)) {
}

request_maker::form request_maker::expand(std::string_view body, const load_options& options) {
    const std::map<std::string_view, field> names{
        {"event", field::event},       {"refund_event", field::refund_event}, {"payment", field::payment},
        {"charge", field::charge},     {"created", field::created},           {"user", field::user},
        {"customer", field::customer}, {"letters", field::letters},           {"token", field::token},
        {"uuid", field::uuid}};
    form made;
    std::string filled;
    for (auto mark = body.find("${"); mark != std::string_view::npos; mark = body.find("${")) {
        const auto colon = body.find(':', mark);
        const auto end = body.find('}', mark);
        const auto width = std::stoul(std::string(body.substr(colon + 1, end - colon - 1)));
        filled += body.substr(0, mark);
        made.slots.push_back({names.at(body.substr(mark + 2, colon - mark - 2)), filled.size(), width});
        filled.append(width, ' ');
        body.remove_prefix(end + 1);
    }
    filled += body;
    made.text = "POST " + options.path + " HTTP/1.1\r\nHost: " + options.address +
                "\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*; q=0.5, "
                "application/xml\r\nCache-Control: no-cache\r\nContent-Type: application/json; "
                "charset=utf-8\r\nContent-Length: " +
                std::to_string(filled.size()) +
                "\r\nStripe-Signature: t=0000000000,v1=" + std::string(64, '0') + "\r\n\r\n";
    made.body_at = made.text.size();
    made.signature_at = made.body_at - 4 - 64;
    made.text += filled;
    return made;
}

request_maker::event_of request_maker::event_at(std::uint64_t index) const {
    if (block_ == 0)
        return {false, first_ + index % count_};
    const std::uint64_t block = index / (2 * block_);
    const std::uint64_t place = index % (2 * block_);
    return {place >= block_, first_ + block * block_ + place % block_};
}

void request_maker::put_field(field what, char* out, std::size_t width, std::uint64_t number,
                              std::uint64_t& noise) {
    std::uint64_t user_noise = ~(first_user_ + number % users_);
    switch (what) {
    case field::event:
        return put_stripe_id(out, number, 0x9e3779b97f4a7c15U);
    case field::refund_event:
        return put_stripe_id(out, number | refund_bit, 0x9e3779b97f4a7c15U);
    case field::payment:
        return put_stripe_id(out, number, 0xbf58476d1ce4e5b9U);
    case field::charge:
        return put_stripe_id(out, number, 0x94d049bb133111ebU);
    case field::created:
        return put_digits(out, width, first_created + number / events_per_second, decimal_digits);
    case field::user:
        return put_uuid(out, width, user_noise);
    case field::customer:
        return put_noise(out, width, user_noise, alphabet);
    case field::letters:
        return put_noise(out, width, noise, letters);
    case field::token:
        return put_noise(out, width, noise, alphabet);
    case field::uuid:
        return put_uuid(out, width, next_random(noise));
    }
}

request_maker::form& request_maker::fill(event_of which) {
    form& into = which.refund ? refund_ : purchase_;
    std::uint64_t noise = which.number;
    for (const auto& each : into.slots)
        put_field(each.what, into.text.data() + into.body_at + each.at, each.width, which.number, noise);
    return into;
}

void request_maker::sign(std::int64_t now_seconds) {
    const std::string time = std::to_string(now_seconds);
    if (time.size() != 10)
        throw std::runtime_error("the clock is wrong");
    for (form* each : {&purchase_, &refund_}) {
        std::copy(time.begin(), time.end(),
                  each->text.begin() + static_cast<std::ptrdiff_t>(each->signature_at - 14));
    }
    signatures_.resize(count_);
    for (std::uint64_t i = 0; i < count_; ++i) {
        const std::string header = webhook::sign(secret_, body(i), now_seconds);
        header.copy(signatures_[i].data(), 64, header.size() - 64); // t=...,v1=<64 hex digits>
    }
}

std::string_view request_maker::request(std::uint64_t index) {
    const auto& signature = signatures_[index % count_];
    const event_of which = event_at(index);
    form& filled = count_ > 1 ? fill(which) : purchase_;
    std::copy(signature.begin(), signature.end(),
              filled.text.begin() + static_cast<std::ptrdiff_t>(filled.signature_at));
    return filled.text;
}

std::string_view request_maker::body(std::uint64_t index) {
    const form& filled = fill(event_at(index));
    return std::string_view(filled.text).substr(filled.body_at);
}

} // namespace tokenledger::bench
