# What the firmware is made of, for the host library and for AArch64 alike.
set(SW ${PROJECT_SOURCE_DIR}/sw)
file(GLOB SW_DRIVER_SOURCES CONFIGURE_DEPENDS ${SW}/library/*.c ${SW}/drivers/*/*.c ${SW}/scenarios/*.c)
file(GLOB SW_START_SOURCES CONFIGURE_DEPENDS ${SW}/start/*.S ${SW}/start/*.c)
file(GLOB_RECURSE SW_HEADERS CONFIGURE_DEPENDS ${SW}/*.h)
set(SW_C_FLAGS -ffreestanding -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes)
