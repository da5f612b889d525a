# cmake --install: the package config that find_package(Doorbell) reads, libraries, headers, and what the command reads.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY DOORBELL_LIBRARIES)
install(TARGETS ${libraries} EXPORT DoorbellTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(block IN LISTS DOORBELL_BLOCKS)
  install(DIRECTORY models/doorbell/${block} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/doorbell
          FILES_MATCHING PATTERN "*.h")
endforeach()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Doorbell)
install(EXPORT DoorbellTargets NAMESPACE doorbell:: DESTINATION ${package_dir})
configure_package_config_file(cmake/DoorbellConfig.cmake.in
  ${PROJECT_BINARY_DIR}/DoorbellConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/DoorbellConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/DoorbellConfig.cmake
              ${PROJECT_BINARY_DIR}/DoorbellConfigVersion.cmake
              cmake/DoorbellDependencies.cmake
        DESTINATION ${package_dir})

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/doorbell RENAME copyright)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/doorbell)
if(DOORBELL_BUILD_PLATFORMS)
  install(FILES platforms/virt.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/doorbell/platforms)
  install(DIRECTORY platforms/presets DESTINATION ${CMAKE_INSTALL_DATADIR}/doorbell/platforms FILES_MATCHING PATTERN "*.yaml")
  install(DIRECTORY traces/workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/doorbell FILES_MATCHING
    PATTERN "*.gz" PATTERN "*.yaml")
endif()
