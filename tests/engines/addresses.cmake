# cmake -DNM=... -DELF=... -DOUTPUT=... -P addresses.cmake: a header with the address of each global symbol.
execute_process(COMMAND ${NM} -g ${ELF} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [TtAaDdBbRr] [a-z_]+" lines "${symbols}")
set(text "#pragma once\n\n#include <cstdint>\n\nnamespace doorbell::programs {\n\n")
foreach(line IN LISTS lines)
  string(REGEX REPLACE "([0-9a-f]+) . ([a-z_]+)" "inline constexpr std::uint64_t \\2 = 0x\\1;\n" constant ${line})
  string(APPEND text "${constant}")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${text}\n}  // namespace doorbell::programs\n" @ONLY)
