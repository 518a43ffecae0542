#pragma once

#include <string>
#include <vector>

namespace katafix {

/// The words of a command with %s in it, as a shell would split them: blanks between words, '...',
/// "..." and backslashes; nothing is expanded. Throws std::invalid_argument when there is no word
/// or no %s, or when a quote is left open.
[[nodiscard]] std::vector<std::string> command_words(const std::string& command);

/// The words with each %s replaced by a path and each %% by a percent sign.
[[nodiscard]] std::vector<std::string> with_path(std::vector<std::string> words,
                                                 const std::string& path);

}  // namespace katafix
