# The drivers of sw/ as targets of the project that uses the package, built from the package's sources on demand:
# doorbell::sw (freestanding C11, on whatever host/host.h is given) and doorbell::sw_native (on cpu::NativeProcessor).
if(NOT TARGET doorbell_sw)
  set(software ${Doorbell_DATA_DIR}/sw)
  file(GLOB sources ${software}/library/*.c ${software}/drivers/*/*.c ${software}/scenarios/*.c ${software}/host/*.c)
  add_library(doorbell_sw STATIC EXCLUDE_FROM_ALL ${sources})
  add_library(doorbell::sw ALIAS doorbell_sw)
  set_target_properties(doorbell_sw PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_include_directories(doorbell_sw SYSTEM PUBLIC ${Doorbell_DATA_DIR})
  # -fexceptions: a native processor unwinds firmware that never ends.
  target_compile_options(doorbell_sw PRIVATE -ffreestanding -fexceptions)
  add_library(doorbell_sw_native STATIC EXCLUDE_FROM_ALL ${software}/native/native.cpp)
  add_library(doorbell::sw_native ALIAS doorbell_sw_native)
  target_link_libraries(doorbell_sw_native PUBLIC doorbell_sw doorbell::cpu)
endif()
