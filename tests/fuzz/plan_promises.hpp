#pragma once

#include "katafix/fix/fix.hpp"
#include "katafix/text/source.hpp"

#include <vector>

namespace katafix::fuzz {

/// Holds the plan for a file against what is promised of every plan: an edited file parses, equals
/// the old one plus the plan, is the same byte for byte outside the edits, and undoes; a handler
/// that lacks the flag is edited or told of, perhaps in findings about the whole tree. Ends the
/// process where one does not hold.
void check_plan(const Document& document, const Fix& plan,
                const std::vector<Finding>& of_tree = {});

/// Holds a refusal against what is promised of it: it says what is wrong, and where.
void check_refusal(const Source& source, const Error& error);

}  // namespace katafix::fuzz
