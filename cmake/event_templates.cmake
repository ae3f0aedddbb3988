# tokenledger_event_templates(target): makes event_templates.hpp, the events of the load, for the target to include.
find_package(Python3 COMPONENTS Interpreter)

function(tokenledger_event_templates target)
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/templates")
    set(maker "${PROJECT_SOURCE_DIR}/bench/event_templates.py")
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(OUTPUT "${folder}/event_templates.hpp"
        COMMAND ${Python3_EXECUTABLE} -B "${maker}" > "${folder}/event_templates.hpp"
        DEPENDS "${maker}" "${PROJECT_SOURCE_DIR}/tools/stripe_bodies.py" VERBATIM)
    target_sources(${target} PRIVATE "${folder}/event_templates.hpp")
    target_include_directories(${target} PRIVATE "${folder}")
endfunction()
