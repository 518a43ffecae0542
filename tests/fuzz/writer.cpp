#include "writer.hpp"

#include <vector>

namespace katafix::fuzz {

namespace {

std::string quoted(Choices& choices, const std::string& segment) {
  const bool needs_quotes = segment.find('.') != std::string::npos;
  const std::string quote = choices.pick({needs_quotes ? "\"" : "", "\"", "'"});
  return quote + segment + quote;
}

std::string dotted(Choices& choices, const std::vector<std::string>& segments) {
  const std::string dot = choices.pick({".", ".", " . ", ".\t"});
  std::string key;
  for (const std::string& segment : segments) {
    key += (key.empty() ? "" : dot) + quoted(choices, segment);
  }
  return key;
}

std::string handler_name(Choices& choices) {
  return choices.pick({"kata", "runc", "kata-qemu", "a", "nvidia", "kata.x", "crun", "KATA"});
}

/// The way to the table that holds the handlers.
std::vector<std::string> way(Choices& choices) {
  if (choices.below(2) == 0) {
    return {choices.pick({"crio", "crio", "CRIO"}), "runtime",
            choices.pick({"runtimes", "runtimes", "Runtimes"})};
  }
  return {"plugins",
          choices.pick({"io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "cri",
                        "io.containerd.cri.v1.images"}),
          "containerd", choices.pick({"runtimes", "runtimes", "runtimes", "Runtimes"})};
}

std::vector<std::string> handler_path(Choices& choices) {
  std::vector<std::string> path = way(choices);
  if (path.front() == "plugins" && choices.below(6) == 0) {
    path.back() = choices.pick({"default_runtime", "untrusted_workload_runtime"});
  } else {
    path.push_back(handler_name(choices));
  }
  return path;
}

std::string shim(Choices& choices) {
  return choices.pick(
      {"runtime_type = \"io.containerd.kata.v2\"", "runtime_type = 'io.containerd.runc.v2'",
       "runtime_path = \"/opt/kata/bin/containerd-shim-kata-v2\"", "runtime_type=\"vm\"",
       "Runtime_Type = \"io.containerd.kata-qemu.v2\"", "runtime_path = '/usr/bin/runc'",
       "runtime_type = \"io.containerd.k\\u0061ta.v2\"", "runtime_engine = \"kata-runtime\"",
       "options.BinaryName = \"/usr/bin/kata-runtime\"", "inherit_default_runtime = true",
       "options = { BinaryName = \"kata-qemu\" }", "runtime_type = \"\"",
       "runtime_type = \"\"\"\\\n  io.containerd.kata.v2\"\"\"",
       "runtime_path = '''\n/usr/kata'''"});
}

std::string flag(Choices& choices) {
  return quoted(choices,
                choices.pick({"privileged_without_host_devices", "Privileged_Without_Host_Devices",
                              "privileged_without_host_devices_all_devices_allowed"})) +
         choices.pick({" = ", "=", "\t=  "}) +
         choices.pick({"false", "true", "\"true\"", "0", "{}", "[ ]", "'''\n'''", "nan"});
}

std::string entries_in_braces(Choices& choices) {
  std::string text = choices.pick({"{", "{ ", "{\n  "});
  const std::size_t count = choices.below(4);
  for (std::size_t index = 0; index < count; ++index) {
    text += (index == 0 ? "" : choices.pick({", ", ",", " ,", ", # c\n"})) + write_entry(choices);
  }
  return text + choices.pick({"}", " }", "\n}", ",}", " # c\n}"});
}

}  // namespace

std::string write_header(Choices& choices) {
  std::vector<std::string> path = handler_path(choices);
  switch (choices.below(8)) {
    case 0:
      path.push_back(choices.pick({"options", "annotations", "privileged_without_host_devices"}));
      break;
    case 1:
      path.pop_back();
      break;
    default:
      break;
  }
  const std::string key = dotted(choices, path);
  return choices.below(16) == 0
             ? "[[" + key + "]]"
             : choices.pick({"[", "[ ", "  ["}) + key + choices.pick({"]", " ]"});
}

std::string write_entry(Choices& choices) {
  switch (choices.below(6)) {
    case 0:
    case 1:
      return shim(choices);
    case 2:
    case 3:
      return flag(choices);
    case 4:
      return "\"k" + choices.pick({"é", "#", "\\\"", "]", "=", "."}) + "\" = [ 1, # ]\n 'a' ]";
    default:
      return choices.pick({"default_runtime = \"kata\"", "version = 2", "a.b = 1", "c = 07:32:00",
                           "pod_annotations = [\"io.katacontainers.*\"]", "d = -inf",
                           "default_runtime_name = 'kata'", "f = {{ .F }}", "{{ if .X }}",
                           "{{- end }}", "{{ else }}", "disabled_plugins = [\"cri\"]"});
  }
}

std::string write_handler(Choices& choices) {
  const std::string indent = choices.pick({"", "  ", "\t"});
  const std::string end = choices.pick({"\n", "\n", " # c\n", "\r\n"});
  const std::string key = dotted(choices, handler_path(choices));
  std::string text;
  switch (choices.below(4)) {
    case 0:
      return indent + key + " = " + entries_in_braces(choices) + end;
    case 1:
      for (std::size_t count = choices.below(4) + 1; count > 0; --count) {
        text += indent + key + "." + write_entry(choices) + end;
      }
      return text;
    default:
      text = write_header(choices) + end;
      for (std::size_t count = choices.below(5); count > 0; --count) {
        text += indent + write_entry(choices) + end;
      }
      return text;
  }
}

}  // namespace katafix::fuzz
