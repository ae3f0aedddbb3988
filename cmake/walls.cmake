# The walls of the house. A library that a folder must not use is shadowed by headers that stop the
# compiler with the reason; a folder that must not be seen is simply not on the include path.
set(TOKENLEDGER_WALLS_DIR "${CMAKE_CURRENT_BINARY_DIR}/walls")

function(_tokenledger_wall library reason)
    foreach(header IN LISTS ARGN)
        file(CONFIGURE OUTPUT "${TOKENLEDGER_WALLS_DIR}/${library}/${header}"
            CONTENT "#error \"wall: ${reason}\"\n" @ONLY)
    endforeach()
endfunction()

# Each list names headers that every way into the library passes through.
_tokenledger_wall(pqxx "libpqxx is seen by one file only, ledger/pg/connection.cpp"
    pqxx/pqxx pqxx/connection pqxx/transaction pqxx/result
    pqxx/compiler-public.hxx pqxx/internal/header-pre.hxx)
_tokenledger_wall(asio "no sockets, timers or threads here: Asio belongs to daemon/"
    boost/asio.hpp boost/asio/detail/config.hpp)
_tokenledger_wall(beast "no HTTP here: Beast belongs to daemon/"
    boost/beast.hpp boost/beast/core/detail/config.hpp)
# RapidJSON's headers include each other by relative path, past any shadow: so each of them has its own.
file(GLOB rapidjson_headers RELATIVE "${RAPIDJSON_INCLUDE_DIR}"
    "${RAPIDJSON_INCLUDE_DIR}/rapidjson/*.h" "${RAPIDJSON_INCLUDE_DIR}/rapidjson/error/*.h")
_tokenledger_wall(rapidjson "RapidJSON is seen by json/ only" ${rapidjson_headers})

file(GLOB prometheus_headers RELATIVE "${PROMETHEUS_INCLUDEDIR}" "${PROMETHEUS_INCLUDEDIR}/prometheus/*.h")
_tokenledger_wall(prometheus "prometheus-cpp belongs to daemon/" ${prometheus_headers})

# tokenledger_wall_off(TARGET library...): TARGET may not include any header of these libraries.
function(tokenledger_wall_off target)
    foreach(library IN LISTS ARGN)
        target_include_directories(${target} BEFORE PRIVATE "${TOKENLEDGER_WALLS_DIR}/${library}")
    endforeach()
endfunction()
