# For another architecture with Debian's cross compiler, g++-TRIPLET: the presets release-ARCH.
# The dependencies are headers only, so that those of this machine serve; no foreign package is needed.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ENV{KATAFIX_PROCESSOR})
set(CMAKE_CXX_COMPILER ${CMAKE_SYSTEM_PROCESSOR}-linux-gnu-g++)

# Their CMake packages are where this machine's architecture keeps its own.
file(GLOB CMAKE_PREFIX_PATH /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake)
