// Translates stored events with today's configuration: for an operator's retry, for rebuild and for proofs.
#pragma once

#include "config/config.hpp"

#include "ledger/command.hpp"
#include "webhook/signature.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::daemon {

// By what an endpoint's events are judged. A configuration that is kept for its catalogues alone has no
// verifier.
struct endpoint_rules {
    webhook::endpoint_policy policy;
    webhook::catalog prices;
    std::shared_ptr<const webhook::verifier> verifier;
};
// Throws std::invalid_argument if there is no such catalogue (load_config refuses that).
[[nodiscard]] endpoint_rules rules_of(const config& from, const endpoint_config& endpoint);

class event_translator {
  public:
    // Throws as rules_of().
    explicit event_translator(const config& from);

    // The command of an event that arrived at `endpoint`. Or, in words, why there is none: the endpoint is
    // no longer configured, or the body is not an event that the ledger takes.
    using translation = std::variant<ledger::stripe_command, std::string>;
    [[nodiscard]] translation translate(std::string_view endpoint, std::string_view signature_header,
                                        std::string_view body) const;

    // The contents of `quantity` packs in the catalogue of `endpoint`; nullopt: the endpoint is not
    // configured. Tokens 0: the catalogue has no such pack.
    struct pack_contents {
        std::string catalog;
        std::int64_t tokens = 0;
        ledger::lifetime lifetime{};
    };
    [[nodiscard]] std::optional<pack_contents> open_pack(std::string_view endpoint, std::string_view pack,
                                                         std::int64_t quantity) const;

    enum class signature : std::uint8_t {
        matches,         // made with a secret of the endpoint, at any time
        matches_another, // made with a secret of another endpoint, which got the event first: see decision 26
        no_secret,       // made with no configured secret
        unreadable,
    };
    [[nodiscard]] signature check_signature(std::string_view endpoint, std::string_view signature_header,
                                            std::string_view body) const;

  private:
    [[nodiscard]] static bool signed_for(const endpoint_rules& endpoint,
                                         const webhook::signature_header& header, std::string_view body);

    std::map<std::string, endpoint_rules, std::less<>> endpoints_;
};

} // namespace tokenledger::daemon
