# For another architecture with Debian's cross compiler: the presets release-ARCH.
# Of the dependencies this machine's headers serve, and nghttp2's library is what
# packaging/foreign-library fetched.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${KATAFIX_PROCESSOR})
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KATAFIX_PROCESSOR)
# The kernel and GNU have different names for one.
string(REPLACE ppc64le powerpc64le gnu_processor ${KATAFIX_PROCESSOR})
set(CMAKE_CXX_COMPILER ${gnu_processor}-linux-gnu-g++)

set(NGHTTP2_LIBRARY
  ${CMAKE_CURRENT_LIST_DIR}/../../build/foreign/${KATAFIX_PROCESSOR}/libnghttp2.a CACHE FILEPATH "")

# Their CMake packages are where this machine's architecture keeps its own.
file(GLOB CMAKE_PREFIX_PATH /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake)
