// The work of the I/O thread on one body, for the bodies that take longest:
//   tokenledger_worst_bodies list                 prints their names
//   tokenledger_worst_bodies SHAPE BYTES TIMES    handles one, for bodies_test.py to count instructions
//   tokenledger_worst_bodies measure [BYTES]      prints milliseconds of CPU time, the least of 25
#include "admin/translate.hpp"
#include "stripe_bodies.hpp"
#include "webhook/event.hpp"
#include "webhook/signature.hpp"
#include "webhook/translate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tokenledger;
namespace stripe = tokenledger::test::stripe;

constexpr std::size_t default_bytes = 1'048'576; // the default of max_body_bytes
constexpr std::int64_t signed_at = 1'700'000'000;

enum class door { admin, webhook };

struct shape {
    std::string_view name;
    door through;
    std::function<std::string(std::size_t bytes)> make; // a body of at most that size
};

std::string number(std::size_t of) {
    return std::to_string(of);
}

// `part(0)`, `part(1)`, ... with commas between, as many as fit.
std::string list(std::size_t bytes, const std::function<std::string(std::size_t)>& part) {
    std::string made;
    for (std::size_t i = 0;; ++i) {
        const std::string next = (i == 0 ? "" : ",") + part(i);
        if (made.size() + next.size() > bytes)
            return made;
        made += next;
    }
}

std::string members(std::size_t bytes) {
    return list(bytes, [](std::size_t i) { return "\"" + number(i) + "\":0"; });
}

// A batch of the most items allowed; `inside(size)` makes the metadata of one item.
std::string batch(std::size_t bytes, const std::function<std::string(std::size_t)>& inside) {
    constexpr std::size_t items = 100, around = 80, most = 8190;
    const std::size_t share = std::min(most, bytes / items > around ? bytes / items - around : 0);
    const std::string metadata = inside(share);
    std::string made = "{\"items\":[";
    for (std::size_t i = 0; i < items; ++i)
        made += (i == 0 ? "" : ",") +
                std::string("{\"operation\":\"grant\",\"user_id\":\"u\",\"tokens\":1,") + "\"metadata\":{" +
                metadata + "}}";
    return made + "]}";
}

std::string grant(const std::string& more) {
    return "{\"user_id\":\"u\",\"tokens\":1," + more + "}";
}

std::string repeated(std::string_view text, std::size_t bytes) {
    std::string made;
    while (made.size() + text.size() <= bytes)
        made += text;
    return made;
}

// Arrays nested as deep as a tree may be, side by side.
std::string deep(std::size_t bytes) {
    constexpr std::size_t depth = 60;
    return list(bytes, [](std::size_t) { return std::string(depth, '[') + std::string(depth, ']'); });
}

// `rest`: further members of the object; `more`: of the event.
std::string event(std::string_view type, const stripe::object& about, const std::string& rest,
                  const std::string& more = "") {
    return stripe::event(type, about.text(rest)).text(more);
}

std::string charge(const std::string& rest, const std::string& more = "") {
    return event("charge.refunded", stripe::charge().remove("metadata"), rest, more);
}

std::string dispute(const std::string& rest) {
    stripe::object lost = stripe::dispute();
    lost.set("status", R"("lost")").remove("balance_transactions");
    return event("charge.dispute.closed", lost, rest);
}

constexpr std::size_t envelope = 400; // more than the fixed part of any body

std::string paid(const std::string& rest) {
    return event("payment_intent.succeeded", stripe::payment_intent(), rest);
}

std::vector<shape> admin_shapes() {
    return {
        {"metadata_of_many_members", door::admin, [](std::size_t bytes) { return batch(bytes, members); }},
        {"metadata_of_long_names_alike", door::admin,
         [](std::size_t bytes) {
             return batch(bytes, [](std::size_t share) {
                 return list(share, [&](std::size_t i) {
                     return "\"" + std::string(share / 40, 'x') + number(i) + "\":0";
                 });
             });
         }},
        {"metadata_of_long_numbers", door::admin,
         [](std::size_t bytes) {
             return batch(bytes, [](std::size_t share) {
                 return "\"a\":[" +
                        list(share - 8, [](std::size_t) { return "0." + std::string(300, '1') + "e-12"; }) +
                        "]";
             });
         }},
        {"metadata_of_many_small_objects", door::admin,
         [](std::size_t bytes) {
             return batch(bytes, [](std::size_t share) {
                 return "\"a\":[" + list(share - 8, [](std::size_t) { return R"({"a":0,"b":{}})"; }) + "]";
             });
         }},
        {"metadata_too_large", door::admin,
         [](std::size_t bytes) { return grant("\"metadata\":{" + members(bytes - envelope) + "}"); }},
        {"metadata_of_escapes_too_large", door::admin,
         [](std::size_t bytes) {
             return grant("\"metadata\":{\"a\":\"" + repeated("\\u0001", bytes - envelope) + "\"}");
         }},
        {"arrays_of_zeros", door::admin,
         [](std::size_t bytes) {
             return grant("\"metadata\":{\"a\":[" + repeated("0,", bytes - envelope) + "0]}");
         }},
        {"arrays_as_deep_as_may_be", door::admin,
         [](std::size_t bytes) { return grant("\"metadata\":{\"a\":[" + deep(bytes - envelope) + "]}"); }},
        {"unknown_fields", door::admin, [](std::size_t bytes) { return grant(members(bytes - envelope)); }},
        {"repeated_fields", door::admin,
         [](std::size_t bytes) {
             return grant(list(bytes - envelope, [](std::size_t) { return R"("reason":"")"; }));
         }},
        {"too_many_items", door::admin,
         [](std::size_t bytes) {
             return "{\"items\":[" +
                    list(bytes - envelope,
                         [](std::size_t) { return R"({"operation":"grant","user_id":"u","tokens":1})"; }) +
                    "]}";
         }},
        {"item_of_many_members", door::admin,
         [](std::size_t bytes) {
             return "{\"items\":[{" + members(bytes - envelope) + R"(,"operation":"grant"}]})";
         }},
        {"a_reason_too_long", door::admin,
         [](std::size_t bytes) {
             return grant("\"reason\":\"" + repeated("\xC3\xA9", bytes - envelope) + "\"");
         }},
        {"half_a_surrogate_at_the_end", door::admin,
         [](std::size_t bytes) {
             return grant("\"metadata\":{\"a\":[" + repeated("0,", bytes - envelope) + "\"\\ud800\"]}");
         }},
    };
}

std::vector<shape> webhook_shapes() {
    return {
        {"event_of_many_members", door::webhook,
         [](std::size_t bytes) { return charge(R"("metadata":{})", members(bytes - envelope)); }},
        {"charge_of_many_members", door::webhook,
         [](std::size_t bytes) { return charge(members(bytes - envelope)); }},
        {"dispute_of_many_members", door::webhook,
         [](std::size_t bytes) { return dispute(members(bytes - envelope)); }},
        {"refund_of_many_members", door::webhook,
         [](std::size_t bytes) {
             return event("refund.updated", stripe::refund().remove("payment_intent").remove("charge"),
                          R"("charge":{"id":"ch_1",)" + members(bytes - envelope) + "}");
         }},
        {"payment_of_many_members", door::webhook,
         [](std::size_t bytes) {
             return paid(R"("metadata":{"user_id":"u","token_pack":"starter"},)" + members(bytes - envelope));
         }},
        {"payment_of_much_metadata", door::webhook,
         [](std::size_t bytes) {
             return paid("\"metadata\":{" + members(bytes - envelope) +
                         R"(,"user_id":"u","token_pack":"starter"})");
         }},
        {"charge_of_many_refunds", door::webhook,
         [](std::size_t bytes) {
             return charge(
                 "\"refunds\":[" +
                 list(bytes - envelope,
                      [](std::size_t i) { return "{\"id\":\"r" + number(i) + "\",\"amount\":1}"; }) +
                 "]");
         }},
        {"dispute_of_many_balance_transactions", door::webhook,
         [](std::size_t bytes) {
             return dispute("\"balance_transactions\":[" +
                            list(bytes - envelope,
                                 [](std::size_t i) {
                                     return "{\"id\":\"t" + number(i) +
                                            "\",\"amount\":-1,\"currency\":\"usd\"}";
                                 }) +
                            "]");
         }},
        {"payment_of_zeros", door::webhook,
         [](std::size_t bytes) { return paid("\"charges\":[" + repeated("0,", bytes - envelope) + "0]"); }},
        {"payment_as_deep_as_may_be", door::webhook,
         [](std::size_t bytes) { return paid("\"charges\":[" + deep(bytes - envelope) + "]"); }},
        {"payment_of_text", door::webhook,
         [](std::size_t bytes) {
             return paid("\"description\":\"" + repeated("\xC3\xA9", bytes - envelope) + "\"");
         }},
        {"payment_of_escapes", door::webhook,
         [](std::size_t bytes) {
             return paid("\"description\":\"" + repeated("\\u00e9", bytes - envelope) + "\"");
         }},
        // Large bodies with legal JSON that RapidJSON refuses.
        {"payment_to_repair", door::webhook,
         [](std::size_t bytes) {
             return paid("\"charges\":[" + repeated("0,", bytes - envelope) + R"("\ud800"])");
         }},
        {"members_to_repair", door::webhook,
         [](std::size_t bytes) { return charge(members(bytes - envelope) + R"(,"x":"\ud800")"); }},
        {"numbers_to_repair", door::webhook,
         [](std::size_t bytes) {
             return paid("\"charges\":[" + list(bytes - envelope, [](std::size_t) { return "1e999"; }) + "]");
         }},
    };
}

const admin::route& route_at(std::string_view pattern) {
    const auto all = admin::routes();
    const auto found = std::ranges::find(all, pattern, &admin::route::pattern);
    if (found == all.end())
        throw std::logic_error("no route has the pattern " + std::string(pattern));
    return *found;
}

// As in the daemon, with two secrets, as during rotation, and as many signatures as a header may hold.
class doors {
  public:
    doors() {
        prices_.packs["starter"] = {.tokens = 100'000, .prices = {{"usd", {.amount = 999, .minimum = 999}}}};
        allowed_.permits.add(admin::permit::money);
        allowed_.permits.add(admin::permit::usage);
        allowed_.max_tokens_per_request = 1'000'000;
    }

    void prepare(const std::string& body) {
        field_ = webhook::sign(secrets_[1], body, signed_at);
        while (field_.size() + 68 < webhook::max_signature_header_bytes)
            field_ += ",v1=" + std::string(64, '0');
    }
    // bodies_test.py counts the instructions of this.
    [[gnu::noinline]] void handle_body(door through, const std::string& body) {
        if (through == door::webhook)
            return receive(body);
        const admin::route& what = body.starts_with("{\"items\"") ? batch_ : grant_;
        static_cast<void>(admin::translate({.route = &what}, "key", body, 1000, allowed_));
    }

  private:
    void receive(const std::string& body) {
        const std::array<std::string_view, 1> fields{field_};
        const auto signature = webhook::parse_signature(fields);
        if (verifier_->verify(signature.header, body, signed_at).error != webhook::signature_error::none)
            throw std::runtime_error("the signature does not match");
        const webhook::parsed_event parsed = webhook::parse_event(body);
        if (!parsed.event)
            throw std::runtime_error("the event is not understood: " + std::string(parsed.why));
        static_cast<void>(
            webhook::translate(*parsed.event, {.path = "/", .accounts = {}}, prices_, field_, body));
    }

    const std::array<std::string_view, 2> secrets_{"whsec_old", "whsec_new"};
    std::optional<webhook::verifier> verifier_ = webhook::verifier::make(secrets_);
    std::string field_;
    webhook::catalog prices_;
    admin::allowance allowed_;
    const admin::route& grant_ = route_at("/v1/grants");
    const admin::route& batch_ = route_at("/v1/batch");
};

// CPU time of this thread, without other programs.
double processor_ms() {
    timespec now{};
    if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
        throw std::runtime_error("no clock of the thread");
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void measure(const std::vector<shape>& shapes, std::size_t bytes) {
    constexpr int turns = 25;
    doors at;
    for (const shape& each : shapes) {
        const std::string body = each.make(bytes);
        at.prepare(body);
        double least = 1e9;
        for (int turn = 0; turn < turns; ++turn) {
            const double begun = processor_ms();
            at.handle_body(each.through, body);
            least = std::min(least, processor_ms() - begun);
        }
        std::cout << std::left << std::setw(40) << each.name << std::right << std::setw(9) << body.size()
                  << " bytes" << std::fixed << std::setprecision(2) << std::setw(10) << least << " ms\n";
    }
}

void run(const std::vector<shape>& shapes, std::string_view name, std::size_t bytes, std::size_t times) {
    const auto found =
        std::find_if(shapes.begin(), shapes.end(), [&](const shape& each) { return each.name == name; });
    if (found == shapes.end())
        throw std::runtime_error("no such shape");
    const std::string body = found->make(bytes);
    doors at;
    at.prepare(body);
    for (std::size_t turn = 0; turn < times; ++turn)
        at.handle_body(found->through, body);
    std::cout << body.size() << '\n';
}

} // namespace

int main(int argc, char** argv) {
    try {
        std::vector<shape> shapes = admin_shapes();
        for (shape& each : webhook_shapes())
            shapes.push_back(std::move(each));
        const std::vector<std::string> words(argv + 1, argv + argc);
        if (words.size() == 1 && words[0] == "list") {
            for (const shape& each : shapes)
                std::cout << each.name << '\n';
        } else if (!words.empty() && words[0] == "measure") {
            measure(shapes, words.size() > 1 ? std::stoul(words[1]) : default_bytes);
        } else if (words.size() == 3) {
            run(shapes, words[0], std::stoul(words[1]), std::stoul(words[2]));
        } else {
            throw std::runtime_error(
                "usage: tokenledger_worst_bodies list | measure [BYTES] | SHAPE BYTES TIMES");
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
