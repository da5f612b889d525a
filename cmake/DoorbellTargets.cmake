# Functions that every block's CMakeLists.txt is written with.
include(GNUInstallDirs)

# What is compiled with the project's warnings: everything.
add_library(doorbell_warnings INTERFACE)
target_compile_features(doorbell_warnings INTERFACE cxx_std_20)
# GCC 12 warns of std::string's own operator+ (GCC bug 105651). Clang is only for the fuzz targets.
target_compile_options(doorbell_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wno-missing-field-initializers -Wno-array-bounds
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local -Wno-restrict -Wno-stringop-overflow>)

add_library(doorbell_options INTERFACE)
target_link_libraries(doorbell_options INTERFACE doorbell_warnings)

# What a test's own code is compiled with: nobody waits for it, but everybody for its compiler.
add_library(doorbell_test_options INTERFACE)
target_link_libraries(doorbell_test_options INTERFACE doorbell_warnings)
target_compile_options(doorbell_test_options INTERFACE $<$<CONFIG:Release>:-O1>)

if(DOORBELL_SANITIZE)
  set(sanitize -fsanitize=${DOORBELL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # Clang 14 can't put its mark into the parts of a coroutine.
  target_compile_options(doorbell_options INTERFACE ${sanitize} $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_link_options(doorbell_options INTERFACE -fsanitize=${DOORBELL_SANITIZE})
  # Checks of each access through a pointer take a fifth of the compiler's time; of a test's own, address watches all
  # but the alignment.
  target_compile_options(doorbell_test_options INTERFACE
    ${sanitize} -fno-sanitize=null,alignment,vptr,object-size,pointer-overflow)
  target_link_options(doorbell_test_options INTERFACE -fsanitize=${DOORBELL_SANITIZE})
endif()

# doorbell_library(<name> SOURCES <file>... [LINK <target>...])
# A static library doorbell_<name>, known as doorbell::<name>. What stands on doorbell_core reads SystemC's headers.
function(doorbell_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(doorbell_${name} STATIC ${ARG_SOURCES})
  add_library(doorbell::${name} ALIAS doorbell_${name})
  set_target_properties(doorbell_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(doorbell_${name} PUBLIC cxx_std_20)
  target_include_directories(doorbell_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/models>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(doorbell_${name} PUBLIC ${ARG_LINK} PRIVATE $<BUILD_INTERFACE:doorbell_options>)
  if("${ARG_LINK}" MATCHES "doorbell(::|_)core(;|$)|SystemC::systemc")
    doorbell_precompile(doorbell_${name} systemc)
  endif()
  set_property(GLOBAL APPEND PROPERTY DOORBELL_LIBRARIES doorbell_${name})
endfunction()

# doorbell_test(<name> LABEL <unit|block|system|...> SOURCES <file>... [LINK <target>...])
# Each GoogleTest case runs in a process of its own: SystemC elaborates once a process. Its time limit is that of the
# test presets, so that `scripts/test long` can give it more.
function(doorbell_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(tests_${ARG_LABEL} ${name})
  set_property(GLOBAL APPEND PROPERTY DOORBELL_TESTS "${name} ${ARG_LABEL} $<TARGET_FILE:${name}>")
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main doorbell_test_options)
  if(ARG_LABEL STREQUAL "block")
    doorbell_precompile(${name} systemc_test)
  else()
    doorbell_precompile(${name} test)
  endif()
  if(DOORBELL_SANITIZE AND ARG_LABEL STREQUAL "unit")
    # Without SystemC the cases of a program can share a process, and with the sanitizers most would take longer to
    # start than to run.
    foreach(part RANGE 3)
      add_test(NAME ${name}.part_${part} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}.part_${part} PROPERTIES LABELS unit
        ENVIRONMENT "GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${part}")
    endforeach()
    return()
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${ARG_LABEL})
endfunction()
