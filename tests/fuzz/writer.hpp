#pragma once

#include "choices.hpp"

#include <string>

namespace katafix::fuzz {

/// The header of a handler, or of a table near one, in one of the ways to write it. No line end.
std::string write_header(Choices& choices);

/// An entry of such a table: a shim, a flag, or something else. No line end.
std::string write_entry(Choices& choices);

/// A handler: with a header, in braces, or with dotted keys. Ends with a line end.
std::string write_handler(Choices& choices);

}  // namespace katafix::fuzz
