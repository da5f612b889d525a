# Headers that most files of a kind include are read once for all of them: reading them is half of what a file costs.
# Every file still includes what it uses; -DDOORBELL_PRECOMPILE_HEADERS=OFF shows one that doesn't.
set(DOORBELL_STANDARD_HEADERS
  <algorithm> <array> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
  <utility> <vector>)
set(DOORBELL_HEADERS_systemc <coroutine> <deque> <systemc> <tlm>)
set(DOORBELL_HEADERS_text <fstream> <fmt/format.h> <nlohmann/json.hpp>)
set(DOORBELL_HEADERS_test <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)
set(DOORBELL_HEADERS_systemc_test ${DOORBELL_HEADERS_systemc} <gmock/gmock.h> <gtest/gtest.h>)
set(DOORBELL_HEADERS_FROM_systemc SystemC::systemc doorbell_options)
set(DOORBELL_HEADERS_FROM_text fmt::fmt nlohmann_json::nlohmann_json doorbell_options)
set(DOORBELL_HEADERS_FROM_test GTest::gmock nlohmann_json::nlohmann_json doorbell_test_options)
set(DOORBELL_HEADERS_FROM_systemc_test SystemC::systemc GTest::gmock doorbell_test_options)

# doorbell_precompile(<target> <systemc|text|test|systemc_test>)
# All targets of a kind share a target that has nothing but the headers, so that they don't wait for one another.
function(doorbell_precompile target kind)
  if(NOT DOORBELL_PRECOMPILE_HEADERS)
    return()
  endif()
  set(headers doorbell_headers_${kind})
  if(NOT TARGET ${headers})
    file(TOUCH ${PROJECT_BINARY_DIR}/headers_${kind}.cpp)
    add_library(${headers} OBJECT ${PROJECT_BINARY_DIR}/headers_${kind}.cpp)
    target_link_libraries(${headers} PRIVATE ${DOORBELL_HEADERS_FROM_${kind}})
    target_precompile_headers(${headers} PRIVATE ${DOORBELL_STANDARD_HEADERS} ${DOORBELL_HEADERS_${kind}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()
