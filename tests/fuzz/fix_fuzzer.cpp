// Holds fix() against its promises, on any text. The input is the file itself.

#include "katafix/engine/lint.hpp"
#include "katafix/fix/fix.hpp"

#include "mutator.hpp"
#include "plan_promises.hpp"
#include "promise.hpp"
#include "rewrite.hpp"
#include "same_tree.hpp"
#include "writer.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <tuple>

namespace katafix::fuzz {

namespace {

/// What is detected, whatever the lines.
using Detected = std::vector<std::tuple<Engine, std::string, bool, Action>>;

Detected detected(const Fix& plan) {
  Detected found;
  for (const HandlerReport& handler : plan.handlers) {
    found.emplace_back(handler.engine, handler.name, handler.kata, handler.action);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string shown(const Detected& found) {
  std::string text;
  for (const auto& [engine, name, kata, action] : found) {
    text += std::string(engine_name(engine)) + ' ' + name + (kata ? " kata " : " - ") +
            std::string(action_name(action)) + '\n';
  }
  return text;
}

/// A file that can be read, and its plan.
struct Planned {
  explicit Planned(const Source& source)
      : document(source), plan(fix(document, find_handlers(document), {})) {}

  Document document;
  Fix plan;
};

std::unique_ptr<Planned> planned(const Source& source) {
  try {
    return std::make_unique<Planned>(source);
  } catch (const Error& error) {
    check_refusal(source, error);
    return nullptr;
  }
}

/// Two places that define one handler: then the first of them in the file may decide.
bool has_double(const Fix& plan) {
  std::set<std::pair<Engine, std::string>> seen;
  return std::any_of(plan.handlers.begin(), plan.handlers.end(), [&](const HandlerReport& handler) {
    return !seen.emplace(handler.engine, handler.name).second;
  });
}

bool means_the_same(const Source& source, const Source& other) {
  try {
    return is_tree_plus(Document(source), Document(other), {});
  } catch (const Error&) {
    return false;
  }
}

void check_detection(const Source& source, const Fix& plan) {
  for (const Rewritten& rewrite : rewritten(source.bytes())) {
    const Source other(source.path(), rewrite.text);
    if (rewrite.may_fail && (has_double(plan) || !means_the_same(source, other))) {
      continue;
    }
    const std::unique_ptr<Planned> again = planned(other);
    const std::string name =
        "detection does not depend on how it is written: " + std::string(rewrite.how);
    promise(again != nullptr, name, rewrite.text);
    promise(detected(plan) == detected(again->plan), name,
            rewrite.text + "\n--- before:\n" + shown(detected(plan)) + "--- rewritten:\n" +
                shown(detected(again->plan)));
  }
}

void check_fixed_point(const Fix& plan) {
  const std::string text(plan.after->bytes());
  const std::unique_ptr<Planned> again = planned(*plan.after);
  promise(again != nullptr, "the result is not refused", text);
  promise(again->plan.edits.empty(), "a second run plans nothing", text);
  promise(again->plan.handlers.size() == plan.handlers.size(), "the handlers stay the same", text);
}

/// What else reads the bytes of a file: it must not crash.
void read_otherwise(const Document& document) {
  for (const Engine engine : {Engine::containerd, Engine::crio}) {
    static_cast<void>(lint(document, find_definitions(document, engine), {}));
  }
}

void check_file(const std::string& path, const std::string& text) {
  const Source source(path, text);
  const std::unique_ptr<Planned> file = planned(source);
  if (file == nullptr) {
    return;
  }
  const auto& [document, plan] = *file;
  check_plan(document, plan);
  if (!plan.edits.empty()) {
    check_fixed_point(plan);
  }
  read_otherwise(document);
  if (document.go_template() == nullptr) {
    check_detection(source, plan);
  }
}

}  // namespace

const Writer kWriter = write_handler;

}  // namespace katafix::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  katafix::fuzz::check_file("config.toml", text);
  if (text.find("{{") != std::string::npos) {
    katafix::fuzz::check_file("config.toml.tmpl", text);
  }
  return 0;
}
