# Each binding of SOURCE must end in one error, which says what to do instead; without one it compiles.
foreach(binding RANGE 0 6)
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DBINDING=${binding} -DSC_INCLUDE_DYNAMIC_PROCESSES
      -DSC_CPLUSPLUS=201703L -I${INCLUDE_DIR} ${SOURCE}
    RESULT_VARIABLE status ERROR_VARIABLE output)
  string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
  list(LENGTH errors count)
  if(binding EQUAL 0)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "Without a binding:\n${output}")
    endif()
  elseif(status EQUAL 0 OR NOT count EQUAL 1 OR NOT errors MATCHES "64 bits wide.*WidthAdapter")
    message(FATAL_ERROR "Binding ${binding}: expected one error that names WidthAdapter, found ${count}:\n${output}")
  endif()
endforeach()
