// Makes a UUID with Boost.UUID.
#include "client/random_key.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace tokenledger::ctl {

std::string random_key() {
    return boost::uuids::to_string(boost::uuids::random_generator()());
}

} // namespace tokenledger::ctl
