# What Debian wants more of, or elsewhere; CPack runs it on the files of the packages to be.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

file(RENAME ${CPACK_TEMPORARY_DIRECTORY}/katafix/usr/share/zsh/site-functions
  ${CPACK_TEMPORARY_DIRECTORY}/katafix/usr/share/zsh/vendor-completions)

foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} COMPONENT)
  set(package ${CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME})
  set(share ${CPACK_TEMPORARY_DIRECTORY}/${component}/usr/share)
  set(overrides ${CMAKE_CURRENT_LIST_DIR}/../debian/${package}.lintian-overrides)
  if(EXISTS ${overrides})
    configure_file(${overrides} ${share}/lintian/overrides/${package} COPYONLY NO_SOURCE_PERMISSIONS)
  endif()
  # Debian has the text of the licence in common-licenses.
  file(REMOVE ${share}/doc/${package}/LICENSE)
  execute_process(COMMAND gzip -9n INPUT_FILE ${CPACK_DEBIAN_CHANGELOG}
    OUTPUT_FILE ${share}/doc/${package}/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
endforeach()
