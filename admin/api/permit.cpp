// The names of the permits, as in the configuration and in problems.
#include "admin/permit.hpp"

namespace tokenledger::admin {

std::string_view to_string(permit value) noexcept {
    switch (value) {
    case permit::read:
        return "read";
    case permit::usage:
        return "usage";
    case permit::money:
        return "money";
    case permit::operate:
        return "operate";
    }
    return "unknown";
}

std::optional<permit> permit_of(std::string_view name) noexcept {
    for (const permit each : all_permits) {
        if (to_string(each) == name)
            return each;
    }
    return std::nullopt;
}

} // namespace tokenledger::admin
