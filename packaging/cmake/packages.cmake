# Debian and RPM packages: `cpack --config build/release/CPackConfig.cmake`.
include(packaging/cmake/changelog.cmake)

set(debian ${PROJECT_SOURCE_DIR}/packaging/debian)
set(CPACK_GENERATOR DEB RPM)
set(CPACK_VERBATIM_VARIABLES TRUE)
set(CPACK_COMPONENTS_ALL katafix ansible devel)
set(CPACK_PACKAGE_CONTACT "The katafix authors <${KATAFIX_CONTACT}>")
set(CPACK_PACKAGE_VENDOR "The katafix authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# Each package has its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")

set(summary "Set privileged_without_host_devices for Kata Containers")
string(CONCAT description
  "A privileged container gets every device of its host, unless its runtime\n"
  "handler says privileged_without_host_devices = true. Kata Containers run in a\n"
  "VM with a kernel of their own: without that key their privileged containers\n"
  "fail to start. katafix finds the Kata handlers in the configs of containerd and\n"
  "CRI-O, sets the key there and nowhere else, and leaves every other byte as it\n"
  "is.\n"
  "\n"
  "Backups of what it changed are in /var/lib/katafix. They stay when the package\n"
  "is removed")
set(ansible_summary "Ansible collection that runs katafix on each node")
string(CONCAT ansible_description
  "The collection katafix.katafix: modules that look at the configs of containerd\n"
  "and CRI-O on each node and fix them, and a role that installs katafix there and\n"
  "restarts the engines whose config was changed.")

set(devel_summary "Library that sets privileged_without_host_devices in a config")
string(CONCAT devel_description
  "The static library of katafix with its headers, for programs that find and fix\n"
  "the Kata handlers in configs of containerd and CRI-O by themselves. Bytes in,\n"
  "proved bytes and findings out: it reads and writes no file.")

# Also where it is another than this machine's.
set(CPACK_RPM_PACKAGE_ARCHITECTURE ${CMAKE_SYSTEM_PROCESSOR})
set(debian_x86_64 amd64)
set(debian_aarch64 arm64)
set(debian_ppc64le ppc64el)
set(debian_s390x s390x)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${debian_${CMAKE_SYSTEM_PROCESSOR}})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_KATAFIX_PACKAGE_NAME katafix)
set(CPACK_DEBIAN_KATAFIX_DESCRIPTION
  "${summary}\n${description}, and go when it is purged.")
set(CPACK_DEBIAN_KATAFIX_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm)
set(CPACK_DEBIAN_ANSIBLE_PACKAGE_NAME katafix-ansible)
set(CPACK_DEBIAN_ANSIBLE_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_ANSIBLE_PACKAGE_RECOMMENDS "ansible-core | ansible")
set(CPACK_DEBIAN_ANSIBLE_DESCRIPTION "${ansible_summary}\n${ansible_description}")
set(CPACK_DEBIAN_DEVEL_PACKAGE_NAME libkatafix-dev)
set(CPACK_DEBIAN_DEVEL_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVEL_DESCRIPTION "${devel_summary}\n${devel_description}")
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/cmake/debian-layout.cmake)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_RPM_MAIN_COMPONENT katafix)
set(CPACK_RPM_PACKAGE_AUTOREQPROV no)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0 AND MIT AND LGPL-2.1-or-later")
set(CPACK_PACKAGE_RELOCATABLE FALSE)
# With SOURCE_DATE_EPOCH the same bytes each time, as Debian's.
string(CONCAT CPACK_RPM_SPEC_MORE_DEFINE
  "%define packager ${CPACK_PACKAGE_CONTACT}\n"
  "%define use_source_date_epoch_as_buildtime 1\n"
  "%define clamp_mtime_to_source_date_epoch 1\n"
  "%define _buildhost reproducible")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
  /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8 /usr/lib/cmake
  /usr/share/pkgconfig)
set(CPACK_RPM_KATAFIX_PACKAGE_SUMMARY ${summary})
# CPack has no other place for a scriptlet in Lua. %build ends it, before CPack's own comments.
file(READ packaging/rpm/preun.lua preun)
set(CPACK_RPM_KATAFIX_PACKAGE_DESCRIPTION
  "${description}.\n\n%preun -p <lua>\n${preun}\n%build")
set(CPACK_RPM_KATAFIX_USER_FILELIST "%license /usr/share/doc/katafix/LICENSE"
  "%license /usr/share/doc/katafix/copyright")
set(CPACK_RPM_ANSIBLE_PACKAGE_ARCHITECTURE noarch)
set(CPACK_RPM_ANSIBLE_PACKAGE_SUMMARY ${ansible_summary})
set(CPACK_RPM_ANSIBLE_PACKAGE_DESCRIPTION ${ansible_description})
set(CPACK_RPM_DEVEL_PACKAGE_SUMMARY ${devel_summary})
set(CPACK_RPM_DEVEL_PACKAGE_GROUP "Development/Libraries")
set(CPACK_RPM_DEVEL_PACKAGE_PROVIDES
  "pkgconfig(katafix) = ${PROJECT_VERSION}, katafix-static = ${PROJECT_VERSION}")
set(CPACK_RPM_DEVEL_PACKAGE_DESCRIPTION ${devel_description})
set(CPACK_RPM_DEVEL_USER_FILELIST "%license /usr/share/doc/libkatafix-dev/LICENSE")
set(CPACK_RPM_ANSIBLE_USER_FILELIST "%license /usr/share/doc/katafix-ansible/LICENSE")

include(CPack)
