// Calls getpwuid_r once for each uid, because a directory server may have to answer.
#include "screen/who.hpp"

#include "screen/text.hpp"

#include <pwd.h>
#include <sys/types.h>

#include <map>
#include <vector>

namespace tokenledger::ctl {

namespace {

constexpr std::size_t max_entry_bytes = 65536;

std::string name_of(std::int64_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> bytes(max_entry_bytes);
    if (::getpwuid_r(static_cast<uid_t>(uid), &entry, bytes.data(), bytes.size(), &found) != 0 ||
        found == nullptr)
        return {};
    return visible(found->pw_name);
}

} // namespace

std::string who(std::int64_t uid) {
    static std::map<std::int64_t, std::string> known;
    const auto [at, is_new] = known.try_emplace(uid);
    if (is_new) {
        const std::string name = name_of(uid);
        at->second = name.empty() ? "uid " + std::to_string(uid) : name + " (" + std::to_string(uid) + ")";
    }
    return at->second;
}

} // namespace tokenledger::ctl
