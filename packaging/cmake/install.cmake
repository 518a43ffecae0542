# What `cmake --install` puts where: the component katafix is the command with all that belongs to
# it, devel the library.
include(CMakePackageConfigHelpers)

install(TARGETS katafix_command RUNTIME COMPONENT katafix)
install(FILES packaging/schema/report-1.json packaging/schema/summary-1.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/katafix/schema COMPONENT katafix)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT katafix)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/katafix)
install(DIRECTORY include/katafix DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT devel)
install(TARGETS katafix EXPORT katafixTargets ARCHIVE COMPONENT devel)
install(EXPORT katafixTargets NAMESPACE katafix:: DESTINATION ${config_dir} COMPONENT devel)
configure_package_config_file(packaging/cmake/katafixConfig.cmake.in katafixConfig.cmake
  INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(katafixConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/katafixConfig.cmake
  ${PROJECT_BINARY_DIR}/katafixConfigVersion.cmake DESTINATION ${config_dir} COMPONENT devel)

# From the file itself, so that the installed tree can be moved.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH KATAFIX_PREFIX_FROM_PC /${pkgconfig_dir} /)
string(REGEX REPLACE "/$" "" KATAFIX_PREFIX_FROM_PC "${KATAFIX_PREFIX_FROM_PC}")
configure_file(packaging/cmake/katafix.pc.in katafix.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/katafix.pc DESTINATION ${pkgconfig_dir} COMPONENT devel)
