#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/text/finding.hpp"

#include <vector>

namespace katafix {

class FileReader;

/// Options of an engine's unit or environment file that outweigh or move its config: CRI-O's
/// --runtimes, --config, --config-dir and their environment variables (cri-o
/// internal/criocli/criocli.go), containerd's --config.
[[nodiscard]] std::vector<Finding> engine_option_findings(const FileReader& reader, Engine engine);

}  // namespace katafix
