# cmake --install: the package config that find_package(Doorbell) reads, libraries, headers, and what the command reads.
include(CMakePackageConfigHelpers)

set(data_dir ${CMAKE_INSTALL_DATADIR}/doorbell)
set(platform_headers ${CMAKE_INSTALL_INCLUDEDIR}/doorbell-platforms)

get_property(libraries GLOBAL PROPERTY DOORBELL_LIBRARIES)
install(TARGETS ${libraries} EXPORT DoorbellTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(block IN LISTS DOORBELL_BLOCKS)
  install(DIRECTORY models/doorbell/${block} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/doorbell
          FILES_MATCHING PATTERN "*.h")
endforeach()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Doorbell)
install(EXPORT DoorbellTargets NAMESPACE doorbell:: DESTINATION ${package_dir})
configure_package_config_file(cmake/DoorbellConfig.cmake.in
  ${PROJECT_BINARY_DIR}/DoorbellConfig.cmake INSTALL_DESTINATION ${package_dir} PATH_VARS data_dir)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/DoorbellConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/DoorbellConfig.cmake
              ${PROJECT_BINARY_DIR}/DoorbellConfigVersion.cmake
              cmake/DoorbellDependencies.cmake
              cmake/DoorbellSoftware.cmake
        DESTINATION ${package_dir})

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/doorbell RENAME copyright)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/doorbell)
if(DOORBELL_BUILD_PLATFORMS)
  install(FILES platforms/virt.yaml DESTINATION ${data_dir}/platforms)
  install(DIRECTORY platforms/presets DESTINATION ${data_dir}/platforms FILES_MATCHING PATTERN "*.yaml")
  install(DIRECTORY traces/workloads DESTINATION ${data_dir} FILES_MATCHING PATTERN "*.gz" PATTERN "*.yaml")
  install(DIRECTORY ${PROJECT_BINARY_DIR}/schema DESTINATION ${data_dir})
  install(DIRECTORY platforms/virt DESTINATION ${platform_headers}/platforms FILES_MATCHING PATTERN "*.h")
  install(DIRECTORY traces/format traces/make DESTINATION ${platform_headers}/traces FILES_MATCHING PATTERN "*.h")
  # Firmware, as sources: whoever builds it has a compiler of its own for it.
  install(DIRECTORY sw DESTINATION ${data_dir} FILES_MATCHING
    PATTERN "*.h" PATTERN "*.c" PATTERN "*.cpp" PATTERN "*.S" PATTERN "*.ld")
endif()
