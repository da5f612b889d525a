# Everything here is a Debian 12 package; scripts/packages.txt lists them by name.
find_package(Threads REQUIRED)
find_package(SystemCLanguage CONFIG QUIET)
if(NOT TARGET SystemC::systemc)
  # Debian's libsystemc-dev ships no CMake package.
  find_path(SYSTEMC_INCLUDE_DIR systemc REQUIRED)
  find_library(SYSTEMC_LIBRARY systemc REQUIRED)
  add_library(SystemC::systemc UNKNOWN IMPORTED)
  set_target_properties(SystemC::systemc PROPERTIES
    IMPORTED_LOCATION ${SYSTEMC_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SYSTEMC_INCLUDE_DIR}
    # libsystemc 2.3.4 of Debian was built as C++17 and checks this name at link time.
    INTERFACE_COMPILE_DEFINITIONS "SC_CPLUSPLUS=201703L;SC_INCLUDE_DYNAMIC_PROCESSES"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
find_package(Boost 1.74 REQUIRED COMPONENTS context)
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
if(DOORBELL_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(DOORBELL_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
# Of the platform's device tree alone.
find_library(FDT_LIBRARY fdt)
if(FDT_LIBRARY AND NOT TARGET fdt::fdt)
  add_library(fdt::fdt UNKNOWN IMPORTED)
  set_target_properties(fdt::fdt PROPERTIES IMPORTED_LOCATION ${FDT_LIBRARY})
endif()
