// X-Forwarded-For is a convention, not a standard: anything may stand in it.
#include "http/client_address.hpp"

#include "config/address.hpp"

namespace tokenledger::daemon {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

} // namespace

std::string client_address(std::string_view peer, std::span<const std::string_view> forwarded,
                           const std::set<std::string, std::less<>>& trusted) {
    std::string client(peer.empty() ? unix_peer : peer);
    for (std::size_t field = forwarded.size(); field-- > 0;) {
        std::string_view rest = forwarded[field];
        while (trusted.contains(client)) {
            const std::size_t comma = rest.rfind(',');
            std::string named(trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
            if (!is_numeric_address(named))
                return client;
            client = std::move(named);
            if (comma == std::string_view::npos)
                break;
            rest = rest.substr(0, comma);
        }
    }
    return client;
}

} // namespace tokenledger::daemon
