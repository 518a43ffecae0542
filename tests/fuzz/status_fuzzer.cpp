// Holds what reads an engine's answer against its promises, on any bytes: those of a
// StatusResponse, and what it takes for the config in them.

#include "daemon/cri_status.hpp"
#include "promise.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto config = katafix::config_in_status(bytes);
  if (config) {
    katafix::fuzz::promise(
        config->empty() || (config->data() >= bytes.data() &&
                            config->data() + config->size() <= bytes.data() + bytes.size()),
        "a config is a part of the answer");
  }
  // Most inputs are no message: their bytes as JSON are worth a try, too.
  for (const std::string_view json :
       {config.value_or(std::string_view()), std::string_view(bytes)}) {
    if (const auto handlers = katafix::handlers_in_config(json)) {
      katafix::fuzz::promise(json.find("runtimes") != std::string_view::npos ||
                                 json.find('\\') != std::string_view::npos,
                             "handlers come from the config");
    }
  }
  return 0;
}
