# AArch64 firmware with Debian's cross compiler (package gcc-aarch64-linux-gnu).
include(${CMAKE_CURRENT_LIST_DIR}/sources.cmake)
find_program(AARCH64_GCC aarch64-linux-gnu-gcc REQUIRED)
find_program(AARCH64_NM aarch64-linux-gnu-nm REQUIRED)

set(AARCH64_FLAGS -std=c11 -O2 -g -ffreestanding -nostdlib -static -no-pie -fno-pic -fno-stack-protector
    -mgeneral-regs-only -mstrict-align -mno-outline-atomics)

# aarch64_link(<output> <what for> SOURCES <file>... FLAGS <flag>...)
function(aarch64_link output comment)
  cmake_parse_arguments(ARG "" "" "SOURCES;FLAGS" ${ARGN})
  add_custom_command(OUTPUT ${output}
    COMMAND ${AARCH64_GCC} ${AARCH64_FLAGS} ${SW_C_FLAGS} -Werror -I${PROJECT_SOURCE_DIR}
            ${ARG_SOURCES} ${ARG_FLAGS} -o ${output}
    DEPENDS ${ARG_SOURCES} ${SW_HEADERS} ${SW}/start/virt.ld
    COMMENT ${comment} VERBATIM)
endfunction()

# Drivers, scenarios and start-up code are the same in all firmware.
set(SW_AARCH64_OBJECT ${CMAKE_BINARY_DIR}/sw/aarch64.o)
if(NOT TARGET sw_aarch64)
  aarch64_link(${SW_AARCH64_OBJECT} "Compiling drivers for AArch64"
    SOURCES ${SW_DRIVER_SOURCES} ${SW_START_SOURCES} FLAGS -r)
  add_custom_target(sw_aarch64 DEPENDS ${SW_AARCH64_OBJECT})
endif()

# aarch64_firmware(<name> SOURCES <file>... [DEFINITIONS <name=value>...])
# An ELF <name>.elf for the memory map of `virt`, from these sources, the drivers and the start-up code. Its target,
# <name>, has the path as property FIRMWARE. <name>.o is the same as a relocatable link: it needs nothing else.
function(aarch64_firmware name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEFINITIONS" ${ARGN})
  set(elf ${CMAKE_CURRENT_BINARY_DIR}/${name}.elf)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
  list(TRANSFORM ARG_DEFINITIONS PREPEND -D)
  aarch64_link(${object} "Compiling ${name} for AArch64"
    SOURCES ${ARG_SOURCES} ${SW_AARCH64_OBJECT} FLAGS ${ARG_DEFINITIONS} -r)
  add_custom_command(OUTPUT ${elf}
    COMMAND ${AARCH64_GCC} -nostdlib -static -no-pie -Wl,--build-id=none,--no-warn-rwx-segments
            -T ${SW}/start/virt.ld ${object} -o ${elf}
    DEPENDS ${object} ${SW}/start/virt.ld
    COMMENT "Linking ${name}.elf" VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${elf})
  add_dependencies(${name} sw_aarch64)
  set_target_properties(${name} PROPERTIES FIRMWARE ${elf} RELOCATABLE ${object})
endfunction()
