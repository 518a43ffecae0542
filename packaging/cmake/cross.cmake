# For another architecture with Debian's cross compiler: the presets release-ARCH.
# The dependencies are headers only, so that those of this machine serve; no foreign package is needed.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${KATAFIX_PROCESSOR})
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KATAFIX_PROCESSOR)
# The kernel and GNU have different names for one.
string(REPLACE ppc64le powerpc64le gnu_processor ${KATAFIX_PROCESSOR})
set(CMAKE_CXX_COMPILER ${gnu_processor}-linux-gnu-g++)

# Their CMake packages are where this machine's architecture keeps its own.
file(GLOB CMAKE_PREFIX_PATH /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake)
