#include "katafix/node/effective.hpp"

namespace katafix {

std::string Effective::reason() const {
  if (!refusal) {
    return {};
  }
  std::string text = refusal->file;
  if (refusal->at.line > 0) {
    text += ":" + std::to_string(refusal->at.line);
  }
  return text.empty() ? refusal->message : text + ": " + refusal->message;
}

void Effective::refuse(const Finding& finding) {
  refusal = finding;
  handlers.clear();
  start_problems.clear();
}

}  // namespace katafix
