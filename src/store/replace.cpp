#include "katafix/store/replace.hpp"

#include "pending.hpp"

namespace katafix {

namespace {

/// Puts the first `count` files back. The result tells what could not be put back.
std::string roll_back(const std::vector<Replacement>& replacements, std::vector<Pending>& pending,
                      std::size_t count) {
  std::string trouble;
  while (count-- > 0) {
    const char* state = " is new: ";
    try {
      pending[count].take_back();
      state = " is old, but that may not be durable: ";
      pending[count].finish();
    } catch (const Error& error) {
      trouble += "; " + replacements[count].path + state + error.what();
    }
  }
  return trouble;
}

Error after_roll_back(const Error& error, const std::string& left) {
  const Finding& cause = error.finding();
  if (!left.empty() || cause.code == Code::partly_written) {
    return {Code::partly_written, cause.file, cause.message + left,
            "mend the cause and run katafix restore"};
  }
  return {Code::rolled_back, cause.file, cause.message + "; all files were put back as they were",
          cause.advice.empty() ? "mend the cause and run katafix again" : cause.advice};
}

}  // namespace

void replace_all(System& system, const std::vector<Replacement>& replacements) {
  std::vector<Pending> pending;
  pending.reserve(replacements.size());
  for (const Replacement& replacement : replacements) {
    pending.emplace_back(system, replacement);
  }
  std::size_t done = 0;
  try {
    for (Pending& one : pending) {
      one.commit();
      ++done;
    }
  } catch (const Error& error) {
    if (done == 0) {
      throw;
    }
    throw after_roll_back(error, roll_back(replacements, pending, done));
  }
  try {
    for (Pending& one : pending) {
      one.finish();
    }
  } catch (const Error& error) {
    throw Error(
        Code::not_durable, error.finding().file,
        std::string("all files are replaced, but a power cut may undo that: ") + error.what(),
        "mend the cause and run katafix apply again, which makes sure");
  }
}

}  // namespace katafix
