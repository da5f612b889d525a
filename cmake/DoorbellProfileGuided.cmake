# DOORBELL_PROFILE_GUIDED: what is built knows from a training run which way its branches go. The run is part of the
# build: an instrumented copy below `training` simulates the benchmark's lanes and the recordings first. It is made anew
# when a source changes, so this is for what is handed out, and for long sweeps, not for work on the model.
option(DOORBELL_PROFILE_GUIDED "Build with the profile of a training run (GCC)" OFF)
if(NOT DOORBELL_PROFILE_GUIDED)
  return()
endif()
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "DOORBELL_PROFILE_GUIDED: expected GCC from version 12 on, "
    "found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
endif()

set(training ${PROJECT_BINARY_DIR}/training)
set(profile ${training}/profile)
file(GLOB_RECURSE trained_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/models/*.h ${PROJECT_SOURCE_DIR}/models/*.cpp ${PROJECT_SOURCE_DIR}/platforms/*.h
  ${PROJECT_SOURCE_DIR}/platforms/*.cpp ${PROJECT_SOURCE_DIR}/sw/*.h ${PROJECT_SOURCE_DIR}/sw/*.c*
  ${PROJECT_SOURCE_DIR}/traces/*.h ${PROJECT_SOURCE_DIR}/traces/*.cpp ${PROJECT_SOURCE_DIR}/tests/bench/msi_bench.cpp)
# The prefix path makes names of profiles that are the same in both builds.
add_custom_command(OUTPUT ${training}/trained
  COMMAND ${CMAKE_COMMAND} -S ${PROJECT_SOURCE_DIR} -B ${training} -G ${CMAKE_GENERATOR} -DCMAKE_BUILD_TYPE=Release
    -DDOORBELL_BUILD_BENCHMARKS=ON -DDOORBELL_PROFILE_GUIDED=OFF -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
    -DCMAKE_CXX_COMPILER_LAUNCHER= "-DCMAKE_CXX_FLAGS=-fprofile-generate=${profile} -fprofile-prefix-path=${training}"
  COMMAND ${CMAKE_COMMAND} --build ${training} --target msi_bench doorbell
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${profile}
  COMMAND ${CMAKE_COMMAND} -D build=${training} -D source=${PROJECT_SOURCE_DIR}
    -P ${PROJECT_SOURCE_DIR}/cmake/TrainingRun.cmake
  COMMAND ${CMAKE_COMMAND} -E touch ${training}/trained
  DEPENDS ${trained_sources}
  COMMENT "Building and running the instrumented copy"
  USES_TERMINAL VERBATIM)
add_custom_target(doorbell_training DEPENDS ${training}/trained)
add_dependencies(doorbell_options doorbell_training)
# Tests and what the training doesn't reach have no profile; what is generated, as the hash of the sources, isn't the same.
target_compile_options(doorbell_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fprofile-use=${profile}
  -fprofile-prefix-path=${PROJECT_BINARY_DIR} -fprofile-correction -Wno-missing-profile -Wno-coverage-mismatch>)
