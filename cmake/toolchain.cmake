# Compiler settings and third-party packages, once for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Another clone of the same commit finds everything. Depend mode: what is not found costs no preprocessing more.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        "${CCACHE_PROGRAM}")
endif()

add_library(tokenledger_flags INTERFACE)
target_compile_options(tokenledger_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<BOOL:${TOKENLEDGER_WARNINGS_AS_ERRORS}>:-Werror>)
if(TOKENLEDGER_HARDENING)
    target_compile_options(tokenledger_flags INTERFACE -fstack-protector-strong -fstack-clash-protection
        -fPIE -D_GLIBCXX_ASSERTIONS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    target_link_options(tokenledger_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        target_compile_options(tokenledger_flags INTERFACE -fcf-protection=full)
    endif()
endif()
if(TOKENLEDGER_SANITIZE)
    target_compile_options(tokenledger_flags INTERFACE -fsanitize=${TOKENLEDGER_SANITIZE}
        -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(tokenledger_flags INTERFACE -fsanitize=${TOKENLEDGER_SANITIZE})
    if(TOKENLEDGER_SANITIZE MATCHES "thread")
        # Asio's fences are not modelled by ThreadSanitizer; the code does not rely on them.
        target_compile_options(tokenledger_flags INTERFACE -Wno-tsan)
    endif()
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(spdlog REQUIRED)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
pkg_check_modules(LIBPQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(LIBSYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(LIBZSTD REQUIRED IMPORTED_TARGET libzstd)
# Not find_package: that asks for what its exposers need as well, which are not used.
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(CLI11 REQUIRED IMPORTED_TARGET CLI11)
