#include "policy.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/toml/document.hpp"

#include "daemon/log.hpp"
#include "node/path.hpp"
#include "report/report.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace katafix::cli {

namespace {

constexpr const char* kDefault = "/etc/katafix.toml";
// Each is held against each handler, and an image may have any number of both.
constexpr std::size_t kMaxPatterns = 100;
constexpr std::size_t kMaxPatternSize = 64;
constexpr std::size_t kMaxWildcards = 4;  // fnmatch(3) tries them all, one in the other

class Policy {
 public:
  Policy(const Document& document, Options& options) : document_(document), options_(options) {}

  void read() {
    for (const Entry& entry : document_.root().entries()) {
      const auto* const key = std::ranges::find(kKeys, entry.name, &Key::name);
      if (key == kKeys.end()) {
        throw unknown(entry);
      }
      (this->*key->read)(entry);
    }
  }

 private:
  /// A key and who reads its value.
  struct Key {
    std::string_view name;
    void (Policy::*read)(const Entry&);
  };
  static const std::array<Key, 6> kKeys;

  [[nodiscard]] Error wrong(std::size_t offset, std::string message, std::string advice) const {
    return {Code::bad_policy, document_.source(), offset, std::move(message), std::move(advice)};
  }

  [[nodiscard]] Error unknown(const Entry& entry) const {
    std::array<std::string_view, kKeys.size()> names;
    std::ranges::transform(kKeys, names.begin(), &Key::name);
    const auto meant = nearest(entry.name, names);
    return wrong(entry.key().begin,
                 "a policy has no key " + std::string(entry.name) +
                     (meant ? "; did you mean " + *meant + "?" : ""),
                 "its keys are skip, handler, engine, require-kata, strict and keep");
  }

  [[nodiscard]] Error wrong_value(const Entry& entry, const std::string& expected) const {
    return wrong(entry.value.span().begin, "this is no value of " + std::string(entry.name),
                 "write " + expected);
  }

  void read_patterns(const Entry& entry, std::vector<Pattern>& list) {
    if (!entry.value.is_array()) {
      throw wrong_value(entry, "names of handlers, or patterns: " + std::string(entry.name) +
                                   R"( = ["kata-dev", "test-*"])");
    }
    for (const Node& element : entry.value.elements()) {
      const std::size_t offset = element.span().begin;
      const std::string glob(element.string().value_or(""));
      if (glob.empty() || glob.find('\0') != std::string::npos) {
        throw wrong(offset, "this names no handler",
                    "write a name, or a pattern as \"test-*\", in quotes");
      }
      const auto wildcards = std::ranges::count_if(
          glob, [](char byte) { return byte == '*' || byte == '?' || byte == '['; });
      if (++patterns_ > kMaxPatterns || glob.size() > kMaxPatternSize ||
          static_cast<std::size_t>(wildcards) > kMaxWildcards) {
        throw Error(Code::too_large, document_.source(), offset,
                    "a policy has at most 100 patterns, each of 64 bytes and 4 wildcards",
                    "name more handlers with fewer patterns, as \"test-*\"");
      }
      list.push_back({glob, document_.source().path()});
      if (must_name_) {
        options_.must_name.push_back({glob, names_nothing(entry, glob, offset)});
      }
    }
  }

  [[nodiscard]] Finding names_nothing(const Entry& entry, const std::string& glob,
                                      std::size_t offset) const {
    return finding_in(Code::handler_not_found, Severity::warning, document_.source(), offset,
                      std::string(entry.name) + " " + glob + " names no handler",
                      "check the spelling");
  }

  void read_skip(const Entry& entry) { read_patterns(entry, options_.selection.skip); }
  void read_handler(const Entry& entry) { read_patterns(entry, options_.selection.handlers); }

  void read_engine(const Entry& entry) {
    const std::optional<Engine> engine = find_engine(entry.value.string().value_or(""));
    if (!engine) {
      throw wrong_value(entry, R"("containerd" or "crio")");
    }
    if (!is_only_a_part_) {  // what the command line names is its word for an engine, too
      options_.engine = engine;
    }
  }

  void read_require_kata(const Entry& entry) {
    options_.require_kata |= is_true(entry) && !is_only_a_part_;
  }
  void read_strict(const Entry& entry) { options_.strict |= is_true(entry); }

  [[nodiscard]] bool is_true(const Entry& entry) const {
    if (entry.value.kind() != Kind::boolean) {
      throw wrong_value(entry, "true or false");
    }
    return entry.value.is_true();
  }

  void read_keep(const Entry& entry) {
    const std::int64_t keep = entry.value.integer().value_or(0);
    if (keep < 1) {
      throw wrong_value(entry, "a number from 1 on");
    }
    if (!options_.keep) {
      options_.keep = static_cast<std::size_t>(keep);
    }
  }

  const Document& document_;
  Options& options_;
  std::size_t patterns_ = 0;
  // What a node's own policy names need not be in the part of it that is looked at.
  const bool is_only_a_part_ = options_.only_a_part();
  const bool must_name_ = !options_.policy.empty() || !is_only_a_part_;
};

const std::array<Policy::Key, 6> Policy::kKeys = {{{"skip", &Policy::read_skip},
                                                   {"handler", &Policy::read_handler},
                                                   {"engine", &Policy::read_engine},
                                                   {"require-kata", &Policy::read_require_kata},
                                                   {"strict", &Policy::read_strict},
                                                   {"keep", &Policy::read_keep}}};

}  // namespace

void add_policy(Options& options, const RootReader& reader) {
  // That a root is not there is told where it is looked at.
  if (options.policy == "none" || !reader.root().is_there()) {
    return;
  }
  const bool is_named = !options.policy.empty();
  const std::string path = is_named ? options.policy : kDefault;
  std::optional<FileImage> image = reader.read(absolute_path(path, options.root));
  if (!image && is_named) {
    throw Error(Code::unreadable, path, "there is no such file",
                "--policy names a file below the root, or none");
  }
  if (!image) {
    if (reader.kind(absolute_path(path, options.root), false) != FileKind::missing) {
      throw Error(Code::unreadable, path, "it is a link to a file that is not there",
                  "mend it, or remove it; --policy none does without");
    }
    return;
  }
  debug(path_from_here(options.root, path) + ": the policy");
  const Source source(path, std::move(image->bytes));
  const Document document(source);
  if (document.go_template() != nullptr) {
    throw Error(Code::bad_policy, source, source.bytes().find("{{"), "a policy is no template",
                "write what it comes to");
  }
  Policy(document, options).read();
}

void take_named(std::vector<MustName>& unnamed, const std::vector<HandlerReport>& handlers,
                const std::vector<Finding>& findings) {
  std::erase_if(unnamed, [&](const MustName& pattern) {
    const auto is_named = [&](const std::string& name) {
      return name == pattern.glob || names(pattern.glob, name);
    };
    return std::ranges::any_of(
               handlers, [&](const HandlerReport& handler) { return is_named(handler.name); }) ||
           std::ranges::any_of(findings, [&](const Finding& finding) {
             return !finding.skipped.empty() && is_named(finding.skipped);
           });
  });
}

}  // namespace katafix::cli
