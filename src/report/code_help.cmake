# cmake -DMANUAL=katafix.1 -DHELP=code_help.cpp -P code_help.cmake: what the manual says of each
# code, as text without macros. The manual is the one place where the codes are explained.
file(READ ${MANUAL} text)
string(REGEX REPLACE ".*\n\\.Sh DIAGNOSTICS\n(.*)\n\\.Sh SEE ALSO\n.*" "\\1" text "${text}")
string(REGEX REPLACE "\n\\.(Ss|Bl|El)[^\n]*" "" text "${text}")
string(REGEX REPLACE "^.*\nThe codes:" "" text "${text}")
# A head ends the item before it.
string(REGEX REPLACE "\n\\.It Sy [^\n]*\n" "\t\n" text "${text}")
# An option has two dashes, and its macro leaves one to be written.
string(REGEX REPLACE "\n\\.Fl -" "\n--" text "${text}")
string(REGEX REPLACE "\n\\.Xr ([a-z]+) ([0-9])" "\n\\1(\\2)" text "${text}")
string(REGEX REPLACE "\n\\.Nm" "\nkatafix" text "${text}")
string(REGEX REPLACE "\n\\.[A-Z][a-z] " "\n" text "${text}")
string(REGEX REPLACE " ([,.:;)])(\n|\t|$)" "\\1\\2" text "${text}")
string(REPLACE "\\-" "-" text "${text}")
string(REPLACE "\\(dq" "\"" text "${text}")
string(REPLACE "\\e" "\\" text "${text}")
string(REPLACE "\n" " " text "${text}")
string(REGEX REPLACE "^\t " "" text "${text}")
string(REPLACE "\t " ")\",\n    R\"(" text "${text}")
file(WRITE ${HELP} "#include \"report/annotations.hpp\"

#include <array>

namespace katafix {

std::string_view code_help(Code code) {
  constexpr std::array texts = std::to_array<std::string_view>({
    R\"(${text})\"});
  return texts.at(static_cast<std::size_t>(code));
}

}  // namespace katafix
")
