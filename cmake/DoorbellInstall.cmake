# cmake --install, and the package config that find_package(Doorbell) reads.
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
