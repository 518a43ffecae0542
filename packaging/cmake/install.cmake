# What `cmake --install` puts where: the component katafix is the command with all that belongs to
# it, ansible the collection, devel the library.
include(CMakePackageConfigHelpers)

install(TARGETS katafix_command RUNTIME COMPONENT katafix)
install(FILES packaging/schema/report-2.json packaging/schema/summary-1.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/katafix/schema COMPONENT katafix)

# The README without its pictures and the links to the source, which are not there.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS README.md)
file(READ README.md readme)
string(REGEX REPLACE "!\\[[^]]*\\]\\([^)]*\\)\n\n" "" readme "${readme}")
string(REGEX REPLACE "\\[([^]]*)\\]\\(([a-z]+/|[A-Z])[^)]*\\)" "\\1" readme "${readme}")
file(WRITE ${PROJECT_BINARY_DIR}/README.md "${readme}")
install(FILES ${PROJECT_BINARY_DIR}/README.md LICENSE packaging/copyright
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT katafix)

find_program(KATAFIX_GZIP gzip REQUIRED)
foreach(page katafix.1 katafix.5 katafix.service.8 katafix-check.service.8 katafix-check.timer.8)
  string(REGEX MATCH "[0-9]$" section ${page})
  add_custom_command(OUTPUT ${page}.gz
    COMMAND ${KATAFIX_GZIP} -9nc ${PROJECT_SOURCE_DIR}/packaging/man/${page} > ${page}.gz
    DEPENDS packaging/man/${page} VERBATIM)
  list(APPEND pages ${page}.gz)
  install(FILES ${PROJECT_BINARY_DIR}/${page}.gz
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT katafix)
endforeach()
add_custom_target(katafix_manual ALL DEPENDS ${pages})

set(completions packaging/completions)
install(FILES ${completions}/katafix.bash RENAME katafix
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT katafix)
install(FILES ${completions}/_katafix
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT katafix)
install(FILES ${completions}/katafix.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT katafix)

# Where systemd looks, whatever the machine's name for its libraries.
install(FILES packaging/systemd/katafix.service packaging/systemd/katafix-check.service
  packaging/systemd/katafix-check.timer DESTINATION lib/systemd/system COMPONENT katafix)
install(FILES packaging/systemd/katafix.preset RENAME 90-katafix.preset
  DESTINATION lib/systemd/system-preset COMPONENT katafix)

# The Ansible collection, for the machine that Ansible runs on.
install(DIRECTORY packaging/ansible/
  DESTINATION ${CMAKE_INSTALL_DATADIR}/ansible/collections/ansible_collections/katafix/katafix
  COMPONENT ansible PATTERN LICENSE EXCLUDE PATTERN tests EXCLUDE)
install(FILES LICENSE packaging/copyright
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/katafix-ansible COMPONENT ansible)

# The page of the library's API, where there is a Python to make it.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  file(GLOB public_headers CONFIGURE_DEPENDS include/katafix/*/*.hpp)
  add_custom_command(OUTPUT API.md
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/packaging/api
      ${PROJECT_SOURCE_DIR}/include/katafix ${PROJECT_VERSION} > API.md
    DEPENDS packaging/api ${public_headers} VERBATIM)
  add_custom_target(katafix_api ALL DEPENDS API.md)
  install(FILES ${PROJECT_BINARY_DIR}/API.md
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libkatafix-dev COMPONENT devel)
endif()
install(FILES LICENSE packaging/copyright
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libkatafix-dev COMPONENT devel)

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
# In share every distribution's pkg-config looks.
set(pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
file(RELATIVE_PATH KATAFIX_PREFIX_FROM_PC /${pkgconfig_dir} /)
string(REGEX REPLACE "/$" "" KATAFIX_PREFIX_FROM_PC "${KATAFIX_PREFIX_FROM_PC}")
configure_file(packaging/cmake/katafix.pc.in katafix.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/katafix.pc DESTINATION ${pkgconfig_dir} COMPONENT devel)
