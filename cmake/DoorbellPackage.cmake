# cpack: a Debian package of the command, the libraries with their headers, platform descriptions and workloads.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME doorbell)
set(CPACK_PACKAGE_VENDOR Doorbell)
set(CPACK_PACKAGE_CONTACT "The authors of Doorbell <doorbell@localhost>")
set(CPACK_PACKAGE_DESCRIPTION "Runs recorded workloads of PCIe devices through an SMMUv3 and a GICv3 ITS and says where the time
 goes; each block is also a library for models of one's own. Descriptions and workloads are in /usr/share/doorbell.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION electronics)
# What the command needs is asked of its binary; what find_package(Doorbell) needs is cmake/DoorbellDependencies.cmake's.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libboost-context-dev, libboost-dev, libfdt-dev, libfmt-dev, libsystemc-dev, libyaml-cpp-dev, nlohmann-json3-dev, zlib1g-dev")
include(CPack)
