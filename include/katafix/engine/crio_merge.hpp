#pragma once

#include "katafix/engine/crio_release.hpp"
#include "katafix/text/span.hpp"
#include "katafix/toml/document.hpp"

#include <map>
#include <string>

namespace katafix {

/// A place in one of the files; no file for what is built into CRI-O.
struct CrioOrigin {
  std::string file;
  Position at;
};

/// A handler as CRI-O has it once files are decoded.
struct CrioHandler {
  std::string runtime_type;
  std::string runtime_path;
  bool flag = false;
  bool inherits_default = false;  ///< it takes path and type from the default handler at start
  CrioOrigin decided_by;          ///< the flag's value, or where the handler is named
};

/// CRI-O's configuration while its files are decoded one over the other (cri-o pkg/config/config.go
/// UpdateFromDropInFile). Where a key is there in several spellings, Go's map order decides anew
/// at each start; here it is an order that makes the flag false, where there is one.
class CrioConfig {
 public:
  explicit CrioConfig(const CrioRelease& release);

  /// Decodes the next file. Throws Error where CRI-O refuses it.
  void merge(const Document& document);

  /// What follows the last file. Throws Error when the default handler does not exist.
  void finish();

  [[nodiscard]] const std::map<std::string, CrioHandler>& handlers() const { return handlers_; }

  /// The default handler's name.
  [[nodiscard]] std::string default_runtime() const {
    return default_runtime_.empty() ? release_.built_in_handler() : default_runtime_;
  }

 private:
  void read_runtime(const Document& document, const Node& runtime,
                    std::map<std::string, CrioHandler>& found);
  void drop_runc(const Document& document);

  CrioRelease release_;
  std::map<std::string, CrioHandler> handlers_;
  std::string default_runtime_;
  CrioOrigin default_from_;
  std::string runc_dropped_by_;  ///< a file
};

}  // namespace katafix
