#pragma once

#include <string>

namespace katafix {

/// A program that katafix runs on its own accord.
struct Program {
  std::string path;        ///< without links; empty where it is not to be run
  int error = 0;           ///< errno, where there is none
  std::string distrusted;  ///< who else may change it: why it is not run
};

/// Finds a program by its path, or by its name in $PATH, as a shell does. It is run only when it,
/// each directory on the way to it and each link belong to root (or to a caller who is not root,
/// and gives away nothing), and nobody else may write them.
[[nodiscard]] Program find_program(const std::string& name);

}  // namespace katafix
