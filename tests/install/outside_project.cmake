# Installs BUILD_DIR into a prefix of its own, then builds CONSUMER_DIR against that prefix alone, and runs it.
function(step what)
  message(STATUS "${what}")
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what}: status ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${SCRATCH_DIR})
step("Installing" ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${SCRATCH_DIR}/prefix)

# The prefix may be moved and the source tree may be gone: nothing installed may point back at either.
file(RENAME ${SCRATCH_DIR}/prefix ${SCRATCH_DIR}/moved)
file(GLOB_RECURSE package_files ${SCRATCH_DIR}/moved/*.cmake)
foreach(file IN LISTS package_files)
  file(READ ${file} text)
  foreach(directory ${BUILD_DIR} ${CONSUMER_DIR} ${SCRATCH_DIR}/prefix)
    string(FIND "${text}" "${directory}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names ${directory}")
    endif()
  endforeach()
endforeach()

step("Configuring the outside project" ${CMAKE_COMMAND} -S ${CONSUMER_DIR} -B ${SCRATCH_DIR}/build -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${SCRATCH_DIR}/moved "-DCMAKE_CXX_FLAGS=-std=gnu++20 -Wall -O0")
step("Building it" ${CMAKE_COMMAND} --build ${SCRATCH_DIR}/build)
step("Running it" ${SCRATCH_DIR}/build/consumer)
message(STATUS "${output}")
if(NOT output MATCHES "consumer: passed")
  message(FATAL_ERROR "The outside project did not say that it passed")
endif()
