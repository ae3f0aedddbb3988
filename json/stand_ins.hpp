// Legal JSON that RapidJSON's reader refuses, and what stands in for it. No length changes, and nothing
// becomes well-formed that is not.
#pragma once

#include <string>

namespace tokenledger {

// An escaped high surrogate that stands alone becomes a low one, which the reader takes. Returns whether
// there was one.
bool replace_lone_surrogates(std::string& text) noexcept;

// Numbers that the reader may find too big become small. Returns whether any may have: then whoever is told
// a number looks at the text as it was.
bool replace_large_numbers(std::string& text) noexcept;

} // namespace tokenledger
