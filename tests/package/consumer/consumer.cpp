#include <katafix/fix/fix.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

namespace {

void tell(const katafix::Finding& finding) {
  std::cerr << finding.file << ":" << finding.at.line << ":" << finding.at.column << ": "
            << katafix::severity_name(finding.severity) << ": " << finding.message << " ["
            << katafix::code_name(finding.code) << "]\n";
}

/// Prints the fixed config. False where there is a handler that cannot be fixed: then nothing is
/// printed, for half a fix is none.
bool fix(const katafix::Source& source) {
  const katafix::Document document(source);
  const katafix::Fix plan = katafix::fix(document, katafix::find_handlers(document), {});
  std::for_each(plan.findings.begin(), plan.findings.end(), tell);
  if (std::any_of(plan.findings.begin(), plan.findings.end(), [](const katafix::Finding& finding) {
        return finding.severity == katafix::Severity::error;
      })) {
    return false;
  }
  // Without edits there is no other text than the one that came.
  std::cout << (plan.after ? *plan.after : source).bytes();
  return true;
}

}  // namespace

// Fixes the config on standard input: status 0, or 2 where it is no TOML or cannot be fixed.
int main() {
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  try {
    return fix(katafix::Source("standard input", std::move(text))) ? 0 : 2;
  } catch (const katafix::Error& error) {
    tell(error.finding());
    return katafix::exit_status(error.finding().code);
  }
}
