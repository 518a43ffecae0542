#include "katafix/engine/kata_rules.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>

namespace katafix {

namespace {

constexpr std::string_view kLinuxType = "io.containerd.runtime.v1.linux";

std::string_view basename_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return path.substr(path.rfind('/') + 1);
}

/// `name` alone, or `name` and then one of `separators` and anything.
bool is_or_continues(std::string_view text, std::string_view name, std::string_view separators) {
  return text.starts_with(name) && (text.size() == name.size() ||
                                    separators.find(text[name.size()]) != std::string_view::npos);
}

bool is_kata_shim(std::string_view binary) {
  return is_or_continues(binary, "containerd-shim-kata", "-");
}

/// Kata 1.x's OCI runtime and the wrappers that installers put around it.
bool is_kata_runtime(std::string_view binary) {
  constexpr std::array<std::string_view, 10> flavours = {
      "kata-runtime",    "kata-qemu",       "kata-clh",
      "kata-fc",         "kata-nemu",       "kata-acrn",
      "kata-dragonball", "kata-stratovirt", "kata-cloud-hypervisor",
      "kata-firecracker"};
  return std::any_of(flavours.begin(), flavours.end(),
                     [&](std::string_view name) { return is_or_continues(binary, name, "-"); });
}

/// The binary that containerd runs for a runtime_type: an absolute path's own, otherwise
/// containerd-shim-A-B for the last two dot parts (containerd pkg/shim/util.go @v2.1.9 BinaryName).
std::string shim_of_type(std::string_view type) {
  if (type.starts_with('/')) {
    return std::string(basename_of(type));
  }
  const std::size_t last = type.rfind('.');
  if (last == std::string_view::npos) {
    return {};
  }
  const std::size_t dot = last == 0 ? std::string_view::npos : type.rfind('.', last - 1);
  const std::size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
  std::string shim = "containerd-shim-";
  shim.append(type.substr(begin, last - begin)).append("-").append(type.substr(last + 1));
  return shim;
}

bool is_version(std::string_view part) {
  return part.size() > 1 && part[0] == 'v' &&
         part.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_kata_type(std::string_view type) {
  if (type.starts_with('/')) {
    return is_kata_shim(basename_of(type));
  }
  const std::size_t last = type.rfind('.');
  if (last == std::string_view::npos || last == 0 || !is_version(type.substr(last + 1))) {
    return false;
  }
  const std::size_t dot = type.rfind('.', last - 1);
  return type.substr(dot == std::string_view::npos ? 0 : dot + 1).starts_with("kata");
}

bool says_kata(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return lower.find("kata") != std::string::npos;
}

/// What decides what a handler runs: its own settings, or those of CRI-O's default handler.
struct Identity {
  Identity() = default;
  Identity(const Definition& handler, bool is_own)
      : path(handler.setting("runtime_path")),
        type(handler.setting("runtime_type")),
        name(handler.name),
        own(is_own) {}

  const Setting* path = nullptr;
  const Setting* type = nullptr;
  std::string_view name;
  bool own = true;
};

/// As much of a value as a person looks at: many handlers may have the same evidence.
std::string cut(std::string_view value) {
  constexpr std::size_t longest = 256;
  return value.size() <= longest ? std::string(value)
                                 : std::string(value.substr(0, longest)).append("...");
}

Evidence evidence_of(Rule rule, const Setting& setting, bool own) {
  return {rule, std::string(setting.name), cut(setting.shown), setting.key, own};
}

class Judge {
 public:
  Judge(const Definition& handler, const Definitions& peers)
      : handler_(handler), peers_(peers), identity_(handler, true) {
    if (handler.inherits_default) {
      inherit();
    }
  }

  [[nodiscard]] bool resolved() const { return resolved_; }

  /// Is what it runs on the never-list? Kata 1.x, an OCI runtime below runc's own shim, is not.
  [[nodiscard]] bool never() const {
    const auto is_below_runc_shim = [this] {
      return is_or_continues(shim(), "containerd-shim-runc", "-") && by_kata_runtime().has_value();
    };
    return is_never_kata(binary()) && !is_below_runc_shim();
  }

  /// What it runs, for people.
  [[nodiscard]] std::string shown_binary() const {
    return cut(identity_.path != nullptr ? basename_of(identity_.path->shown) : binary());
  }

  [[nodiscard]] std::optional<Evidence> by_rules() const {
    if (identity_.path != nullptr && is_kata_shim(basename_of(identity_.path->value))) {
      return evidence_of(Rule::shim_path, *identity_.path, identity_.own);
    }
    if (identity_.type != nullptr && is_kata_type(identity_.type->value)) {
      return evidence_of(Rule::shim_type, *identity_.type, identity_.own);
    }
    if (auto evidence = by_kata_runtime()) {
      return evidence;
    }
    if (handler_.engine != Engine::crio) {
      return std::nullopt;
    }
    if (identity_.type != nullptr && identity_.type->value == "vm") {
      return evidence_of(Rule::vm, *identity_.type, identity_.own);
    }
    if (identity_.path == nullptr && is_or_continues(identity_.name, "kata", "-")) {
      return Evidence{Rule::name, {}, std::string(identity_.name), handler_.key, false};
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_named_kata() const { return says_kata(handler_.name); }

  /// Does anything but the shim say Kata?
  [[nodiscard]] bool hints_at_kata() const {
    return is_named_kata() || handler_.name.starts_with("contrast-cc") ||
           std::any_of(handler_.settings.begin(), handler_.settings.end(),
                       [](const Setting& setting) {
                         return says_kata(setting.value) ||
                                setting.value.find("contrast-cc") != std::string::npos;
                       }) ||
           has_kata_annotation();
  }

 private:
  void inherit() {
    const std::string_view name = peers_.default_runtime;
    const auto found = peers_.named(name.empty() ? "crun" : name);
    resolved_ = !found.empty();
    identity_ = {};
    if (resolved_) {
      identity_ = {*found.back(), false};
    }
  }

  [[nodiscard]] std::string shim() const {
    if (identity_.path != nullptr) {
      return std::string(basename_of(identity_.path->value));
    }
    // A type that a directive of a template is in names no shim.
    return identity_.type != nullptr && identity_.type->shown == identity_.type->value
               ? shim_of_type(identity_.type->value)
               : std::string();
  }

  /// The binary that the never-list is held against.
  [[nodiscard]] std::string binary() const {
    return handler_.engine == Engine::crio && identity_.path == nullptr
               ? std::string(identity_.name)
               : shim();
  }

  [[nodiscard]] std::optional<Evidence> by_kata_runtime() const {
    const auto names_kata = [](const Setting& setting) {
      return is_kata_runtime(basename_of(setting.value));
    };
    if (identity_.path != nullptr && names_kata(*identity_.path)) {
      return evidence_of(Rule::kata_runtime, *identity_.path, identity_.own);
    }
    // containerd 1.x's first shim alone ran what the other two name.
    const bool is_linux = identity_.type != nullptr && identity_.type->value == kLinuxType;
    for (const std::string_view name :
         {"runtime_engine", "options.BinaryName", "options.Runtime"}) {
      const Setting* const setting = handler_.setting(name);
      if (setting != nullptr && names_kata(*setting) &&
          (is_linux || name == "options.BinaryName")) {
        return evidence_of(Rule::kata_runtime, *setting, name == "runtime_engine");
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool has_kata_annotation() const {
    if (handler_.chain.empty()) {
      return false;  // merged values, without a table
    }
    for (const Entry& entry : handler_.table().entries()) {
      if (entry.name != "pod_annotations" && entry.name != "container_annotations") {
        continue;
      }
      for (const Node& element : entry.value.elements()) {
        if (element.string().value_or("").starts_with("io.katacontainers")) {
          return true;
        }
      }
    }
    return false;
  }

  const Definition& handler_;
  const Definitions& peers_;
  Identity identity_;
  bool resolved_ = true;
};

Evidence by_option(const Definition& handler) {
  return {Rule::option, {}, handler.name, handler.key, false};
}

Verdict judge_unnamed(const Judge& judge) {
  std::optional<Evidence> evidence = judge.by_rules();
  const bool has_kata_shim = evidence && evidence->rule == Rule::shim_path;
  if (!has_kata_shim && judge.never()) {
    const Kata kata = evidence ? Kata::skipped : judge.is_named_kata() ? Kata::doubtful : Kata::no;
    return {kata, {}, "runs " + judge.shown_binary() + ", which is not Kata", true};
  }
  if (evidence) {
    return {Kata::yes, std::move(evidence), {}};
  }
  if (judge.hints_at_kata()) {
    return {Kata::doubtful, {}, "mentions Kata, but nothing shows that its shim is Kata's"};
  }
  return {};
}

/// The options have the first and the last word.
Verdict judge_selected(const Judge& judge, const Definition& handler, const Selection& selection) {
  Verdict verdict = judge_unnamed(judge);
  if (const Pattern* const skip = find_naming(selection.skip, handler.name)) {
    return {Kata::skipped, std::move(verdict.evidence),
            "left alone by " + (skip->file.empty() ? "--skip" : "skip in " + skip->file)};
  }
  const bool literal =
      std::any_of(selection.handlers.begin(), selection.handlers.end(),
                  [&](const Pattern& pattern) { return pattern.glob == handler.name; });
  if (verdict.kata != Kata::yes &&
      (literal || (!judge.never() && find_naming(selection.handlers, handler.name) != nullptr))) {
    return {Kata::yes, by_option(handler), {}};
  }
  if (verdict.kata != Kata::yes && !judge.resolved()) {
    return {Kata::unresolved,
            {},
            "takes its runtime from CRI-O's default handler, which this file does not define"};
  }
  return verdict;
}

}  // namespace

bool is_never_kata(std::string_view binary) {
  constexpr std::array<std::string_view, 11> never = {"runc",
                                                      "crun",
                                                      "krun",
                                                      "youki",
                                                      "runsc",
                                                      "urunc",
                                                      "rune",
                                                      "spin",
                                                      "wasmtime",
                                                      "wasmedge",
                                                      "nvidia-container-runtime"};
  constexpr std::string_view shim = "containerd-shim-";
  const std::string_view name = binary.starts_with(shim) ? binary.substr(shim.size()) : binary;
  return std::ranges::any_of(
      never, [&](std::string_view runtime) { return is_or_continues(name, runtime, "-."); });
}

std::string_view rule_name(Rule rule) {
  constexpr std::array<std::string_view, 6> names = {"shim-path", "shim-type", "kata-runtime",
                                                     "vm",        "name",      "option"};
  return names.at(static_cast<std::size_t>(rule));
}

bool names(const std::string& pattern, const std::string& handler) {
  return ::fnmatch(pattern.c_str(), handler.c_str(), 0) == 0;
}

const Pattern* find_naming(const std::vector<Pattern>& patterns, const std::string& handler) {
  const auto found = std::find_if(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
    return names(pattern.glob, handler);
  });
  return found == patterns.end() ? nullptr : &*found;
}

Verdict judge(const Definition& handler, const Definitions& peers, const Selection& selection) {
  return judge_selected(Judge(handler, peers), handler, selection);
}

std::optional<Evidence> judge(Engine engine, std::string_view name, const HandlerValues& values,
                              const Selection& selection) {
  Definition handler;
  handler.engine = engine;
  handler.name = name;
  for (const auto& [setting, value] : {std::pair("runtime_path", values.runtime_path),
                                       {"runtime_type", values.runtime_type},
                                       {"runtime_engine", values.runtime_engine},
                                       {"options.BinaryName", values.binary_name},
                                       {"options.Runtime", values.options_runtime}}) {
    if (can_be_run(value)) {
      handler.settings.push_back({setting, value, value, {}, {}});
    }
  }
  Verdict verdict = judge_selected(Judge(handler, {}), handler, selection);
  return verdict.kata == Kata::yes ? std::move(verdict.evidence) : std::nullopt;
}

}  // namespace katafix
