#include "katafix/node/effective.hpp"
#include "katafix/node/files.hpp"
#include "katafix/text/finding.hpp"

#include "catch.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace katafix {
namespace {

constexpr const char* kMain = "/etc/crio/crio.conf";
constexpr const char* kDropIns = "/etc/crio/crio.conf.d";

/// A node in memory. A link leads to another path of it, or nowhere.
class FakeNode final : public FileReader {
 public:
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::set<std::string> empty_directories;

  [[nodiscard]] std::optional<FileImage> read(const std::string& path) const override {
    const std::string target = followed(path);
    if (is_directory(target)) {
      throw Error(Code::not_a_file, path, "it is a directory");
    }
    const auto file = files.find(target);
    return file == files.end() ? std::nullopt
                               : std::optional<FileImage>(FileImage{file->second, 0, 0});
  }

  [[nodiscard]] FileKind kind(const std::string& path, bool follow) const override {
    if (!follow && links.contains(path)) {
      return FileKind::link;
    }
    const std::string target = followed(path);
    return is_directory(target)     ? FileKind::directory
           : files.contains(target) ? FileKind::file
                                    : FileKind::missing;
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& path) const override {
    std::set<std::string> names;
    const auto add = [&](const std::string& inside) {
      if (inside.starts_with(path + "/")) {
        const std::string rest = inside.substr(path.size() + 1);
        names.insert(rest.substr(0, rest.find('/')));
      }
    };
    for (const auto& [file, bytes] : files) {
      add(file);
    }
    for (const auto& [link, target] : links) {
      add(link);
    }
    return {names.begin(), names.end()};
  }

 private:
  [[nodiscard]] std::string followed(const std::string& path) const {
    const auto link = links.find(path);
    return link == links.end() ? path : link->second;
  }

  [[nodiscard]] bool is_directory(const std::string& path) const {
    return empty_directories.contains(path) || !list(path).empty();
  }
};

Effective view(const FakeNode& node, const std::string& version = "main") {
  NodeFiles files(node);
  return crio_effective(files, kMain, kDropIns, version);
}

Effective view(const std::string& text, const std::string& version = "main") {
  FakeNode node;
  node.files[kMain] = text;
  return view(node, version);
}

std::string drop_in(const std::string& name) { return std::string(kDropIns) + "/" + name; }

const std::string kKata =
    "[crio.runtime.runtimes.kata]\n"
    "runtime_path = '/usr/bin/containerd-shim-kata-v2'\n"
    "runtime_type = 'vm'\n";
const std::string kFlagTrue = "privileged_without_host_devices = true\n";
const std::string kFlagFalse = "privileged_without_host_devices = false\n";

bool says(const Effective& effective, const std::string& part) {
  return effective.reason.find(part) != std::string::npos;
}

TEST_CASE("CRI-O without files has its built-in handler") {
  for (const auto& [version, name] : {std::pair("1.18", "runc"), std::pair("1.30.5", "runc"),
                                      std::pair("1.31.0", "crun"), std::pair("main", "crun")}) {
    CAPTURE(version);
    const Effective effective = view(FakeNode(), version);
    CHECK(effective.accepted);
    REQUIRE(effective.handlers.size() == 1);
    const auto& [handler, shown] = *effective.handlers.begin();
    CHECK(handler == name);
    CHECK(shown.runtime_type == "oci");
    CHECK(shown.runtime_path.empty());
    CHECK_FALSE(shown.flag);
    CHECK_FALSE(shown.decided_by);
  }
}

TEST_CASE("A handler of CRI-O is shown with the place that decides its flag") {
  const Effective with_flag = view(kKata + kFlagTrue);
  const EffectiveHandler& kata = with_flag.handlers.at("kata");
  CHECK(kata.runtime_type == "vm");
  CHECK(kata.runtime_path == "/usr/bin/containerd-shim-kata-v2");
  CHECK(kata.flag);
  REQUIRE(kata.decided_by);
  CHECK(kata.decided_by->file == kMain);
  CHECK(kata.decided_by->line == 4);

  const Effective without = view("\n" + kKata);
  CHECK_FALSE(without.handlers.at("kata").flag);
  CHECK(without.handlers.at("kata").decided_by->line == 2);
}

TEST_CASE("CRI-O knows the flag since 1.17.0 and 1.16.2") {
  CHECK(view(kKata + kFlagTrue, "1.16.2").handlers.at("kata").flag);
  CHECK(view(kKata + kFlagTrue, "1.16").handlers.at("kata").flag);
  CHECK_FALSE(view(kKata + kFlagTrue, "1.16.1").handlers.at("kata").flag);
  CHECK(view(kKata + kFlagTrue, "1.16.1").handlers.at("kata").decided_by->line == 1);
}

TEST_CASE("A later file of CRI-O replaces a whole handler and keeps the others") {
  FakeNode node;
  node.files[kMain] = kKata + "[crio.runtime.runtimes.other]\nruntime_path = '/o'\n";
  node.files[drop_in("99-kata.conf")] = "[crio.runtime.runtimes.kata]\n" + kFlagTrue;
  const Effective effective = view(node);
  CHECK(effective.handlers.at("kata").flag);
  CHECK(effective.handlers.at("kata").runtime_path.empty());
  CHECK(effective.handlers.at("kata").runtime_type.empty());
  CHECK(effective.handlers.at("kata").decided_by->file == drop_in("99-kata.conf"));
  CHECK(effective.handlers.at("other").runtime_path == "/o");

  node.files[drop_in("99-kata.conf")] = "[crio.runtime.runtimes.kata.default_annotations]\na = 'b'";
  CHECK(view(node).handlers.at("kata").runtime_path.empty());
  node.files[drop_in("99-kata.conf")] = "[crio.runtime.runtimes]\n";
  CHECK(view(node).handlers.at("kata").runtime_type == "vm");
}

TEST_CASE("CRI-O reads every file below crio.conf.d, in byte order of each directory") {
  FakeNode node;
  node.files[kMain] = kKata;
  const std::vector<std::string> order = {"#x#",
                                          ".a.swp",
                                          "00",
                                          "10-crio.conf",
                                          "100-debug",
                                          "50-kata",
                                          "50-kata-x",
                                          "50-kata.conf",
                                          "99-kata.conf",
                                          "99-kata.conf.d/1",
                                          "99-kata.conf~",
                                          "Z",
                                          "a",
                                          "backup/99-kata.conf"};
  std::vector<std::string> expected = {kMain};
  for (const std::string& name : order) {
    node.files[drop_in(name)] = kKata + (name == order.back() ? kFlagFalse : kFlagTrue);
    expected.push_back(drop_in(name));
  }
  const Effective effective = view(node);
  CHECK(effective.files == expected);
  CHECK_FALSE(effective.handlers.at("kata").flag);
}

TEST_CASE("CRI-O reads links to files and stops at other links") {
  FakeNode node;
  node.files["/opt/k.conf"] = kKata + kFlagTrue;
  node.links[drop_in("50-kata")] = "/opt/k.conf";
  CHECK(view(node).handlers.at("kata").decided_by->file == drop_in("50-kata"));

  node.links[drop_in("60")] = "/gone";
  Effective effective = view(node);
  CHECK_FALSE(effective.accepted);
  CHECK(effective.refused_file == drop_in("60"));
  CHECK(effective.handlers.empty());

  node.links[drop_in("60")] = "/opt";
  effective = view(node);
  CHECK_FALSE(effective.accepted);
  CHECK(says(effective, drop_in("60")));
}

TEST_CASE("CRI-O stops when crio.conf.d itself is a link to a directory") {
  FakeNode node;
  node.files["/etc/crio/real.d/a"] = kKata;
  node.links[kDropIns] = "/etc/crio/real.d";
  CHECK_FALSE(view(node).accepted);
  node.links[kDropIns] = "/etc/crio/real.d/a";
  CHECK(view(node).handlers.contains("kata"));
  node.links[kDropIns] = "/gone";
  CHECK(view(node).accepted);
}

TEST_CASE("CRI-O's main file may be missing, a link, or a link that leads nowhere") {
  FakeNode node;
  node.files["/opt/main"] = kKata;
  node.links[kMain] = "/opt/main";
  CHECK(view(node).handlers.contains("kata"));
  node.links[kMain] = "/gone";
  CHECK(view(node).accepted);
  CHECK(view(node).files.empty());
  node.links.clear();
  node.empty_directories.insert(kMain);
  CHECK_FALSE(view(node).accepted);
}

TEST_CASE("CRI-O 1.18 drops runc after a file with handlers but without runc") {
  FakeNode node;
  node.files[kMain] = "[crio.runtime]\ndefault_runtime = 'kata'\n" + kKata;
  CHECK_FALSE(view(node, "1.18.6").handlers.contains("runc"));
  CHECK(view(node, "1.17").handlers.contains("runc"));
  node.files[kMain] = "[crio.runtime]\ndefault_runtime = 'kata'\n[CRIO.runtime.runtimes.kata]\n";
  CHECK(view(node, "1.18").handlers.contains("runc"));

  const Effective effective = view(kKata, "1.18.0");
  CHECK_FALSE(effective.accepted);
  CHECK(says(effective, "runc"));
  CHECK(effective.refused_file == kMain);
}

TEST_CASE("CRI-O 1.19 to 1.25 drop runc after a file that names another default") {
  const std::string text = "[crio.runtime]\ndefault_runtime = 'kata'\n" + kKata;
  CHECK(view(text + "[crio.runtime.runtimes.runc]\n", "1.18").handlers.contains("runc"));
  for (const char* version : {"1.19.0", "1.24", "1.25.9"}) {
    CAPTURE(version);
    CHECK_FALSE(view(text + "[crio.runtime.runtimes.runc]\n", version).handlers.contains("runc"));
    CHECK(view("[CRIO.runtime]\nDefault_Runtime = 'kata'\n" + kKata, version)
              .handlers.contains("runc"));
    FakeNode node;
    node.files[kMain] = text;
    node.files[drop_in("1")] = "[crio.runtime.runtimes.runc]\n";
    CHECK(view(node, version).handlers.at("runc").runtime_type.empty());
  }
  CHECK(view(text, "1.26.0").handlers.contains("runc"));
}

TEST_CASE("CRI-O refuses a default handler that does not exist") {
  const Effective effective = view("\n[crio.runtime]\ndefault_runtime = 'none'\n" + kKata);
  CHECK_FALSE(effective.accepted);
  CHECK(effective.refused_line == 3);
  CHECK(says(effective, "none"));
  CHECK(view("[crio.runtime]\ndefault_runtime = 'runc'\n", "1.30").accepted);
  CHECK_FALSE(view("[crio.runtime]\ndefault_runtime = 'runc'\n", "1.31").accepted);
}

TEST_CASE("An empty default_runtime is CRI-O's built-in handler") {
  const std::string text = "[crio.runtime]\ndefault_runtime = ''\n";
  CHECK(view(text, "1.24").handlers.at("runc").runtime_type == "oci");
  CHECK(view(text).handlers.at("crun").runtime_type == "oci");
  CHECK(view(text + "[crio.runtime.runtimes.crun]\n").handlers.at("crun").runtime_type.empty());
}

TEST_CASE("CRI-O finds settings in any case, but handlers only by their name") {
  const Effective effective = view(
      "[CRIO.Runtime.RUNTIMES.Kata]\nRuntime_Path = '/k'\nPRIVILEGED_Without_Host_Devices = "
      "true\n");
  CHECK(effective.handlers.at("Kata").flag);
  CHECK(effective.handlers.at("Kata").runtime_path == "/k");
  CHECK_FALSE(effective.handlers.contains("kata"));
}

TEST_CASE("Of the flag in two spellings CRI-O may take false") {
  for (const std::string& text : {kFlagFalse + "Privileged_Without_Host_Devices = true\n",
                                  "Privileged_Without_Host_Devices = true\n" + kFlagFalse}) {
    const Effective effective = view(kKata + text);
    CHECK_FALSE(effective.handlers.at("kata").flag);
    CHECK(effective.handlers.at("kata").runtime_type == "vm");
  }
  const Effective effective =
      view(kKata + kFlagFalse + "[CRIO.runtime.runtimes.kata]\n" + kFlagTrue);
  CHECK_FALSE(effective.handlers.at("kata").flag);
  CHECK(effective.handlers.at("kata").decided_by->line == 4);
}

TEST_CASE("CRI-O leaves inherit_default_runtime unresolved") {
  const EffectiveHandler handler =
      view("[crio.runtime.runtimes.k]\ninherit_default_runtime = true\n" + kFlagTrue)
          .handlers.at("k");
  CHECK(handler.flag);
  CHECK(handler.runtime_path.empty());
  CHECK(handler.runtime_type.empty());
}

struct Typed {
  std::string setting;
  std::string last_to_take;  // empty: none takes it
  std::string first_to_refuse;
};

TEST_CASE("CRI-O refuses a value of the wrong type from the release that knows the key") {
  const std::vector<Typed> cases = {
      {"privileged_without_host_devices = 'true'", "1.16.1", "1.16.2"},
      {"privileged_without_host_devices = 1", "", "1.24"},
      {"privileged_without_host_devices = 1.0", "", "1.24"},
      {"privileged_without_host_devices = []", "", "1.24"},
      {"privileged_without_host_devices = {}", "", "1.24"},
      {"runtime_path = true", "", "1.18"},
      {"Runtime_Type = 1", "", "1.18"},
      {"runtime_root = 1979-05-27", "", "1.18"},
      {"allowed_annotations = 'a'", "1.19", "1.20"},
      {"allowed_annotations = [1]", "1.19", "1.20"},
      {"runtime_config_path = 1", "1.21", "1.22"},
      {"monitor_env = 'A=B'", "1.23", "1.24"},
      {"platform_runtime_paths = { x = 1 }", "1.27", "1.28"},
      {"runtime_pull_image = 'true'", "1.28", "1.29"},
      {"container_min_memory = 12", "1.29", "1.30"},
      {"no_sync_log = 1", "1.30", "1.31"},
      {"inherit_default_runtime = 'true'", "1.31", "1.32"},
      {"default_annotations = { x = true }", "1.31", "1.32"},
      {"stream_websockets = 'no'", "1.33", "1.34"},
      {"container_create_timeout = 1.5", "1.34", "1.35"},
      {"container_create_timeout = 1979-05-27T07:32:00Z", "1.34", "1.35"},
  };
  for (const Typed& typed : cases) {
    CAPTURE(typed.setting);
    const std::string text = "[crio.runtime.runtimes.runc]\n" + typed.setting + "\n";
    if (!typed.last_to_take.empty()) {
      CHECK(view(text, typed.last_to_take).accepted);
    }
    for (const std::string& version : {typed.first_to_refuse, std::string("1.99")}) {
      const Effective effective = view(text, version);
      CHECK_FALSE(effective.accepted);
      CHECK(effective.refused_line == 2);
      CHECK(says(effective, "/etc/crio/crio.conf:2: "));
      CHECK(says(effective, "crio.runtime.runtimes.runc."));
    }
  }
}

TEST_CASE("CRI-O refuses wrong types outside of handlers, too") {
  for (const char* text :
       {"crio = 1\n", "[crio]\nruntime = 'x'\n", "[[crio]]\n", "[[crio.runtime.runtimes.kata]]\n",
        "[crio.runtime.runtimes]\nkata = 'x'\n", "[crio.runtime]\nlog_level = 1\n",
        "[crio.runtime]\nhooks_dir = '/x'\n", "[crio.runtime]\npids_limit = '1'\n",
        "[crio]\nstorage_option = 'x'\n", "[crio.image]\npause_image = 1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(view(text).accepted);
  }
  for (const char* text : {"[crio.runtime]\nprivileged_without_host_devices = 'x'\n", "x = 1\n",
                           "[crio.runtime]\nruntimes = 1\n", "[crio.runtime]\npids_limit = 0x1E\n",
                           "[crio.runtime.runtimes.crun]\ndefault_annotations = 1\n"}) {
    CAPTURE(text);
    CHECK(view(text).accepted);
  }
}

struct Newer {
  std::string text;
  std::string last_to_refuse;
  std::string first_to_take;
};

TEST_CASE("What came to TOML after a release's parser is refused by it") {
  const std::vector<Newer> cases = {
      {"\xEF\xBB\xBF" + kKata, "1.27", "1.28"},
      {"crio.runtime.runtimes.kata.runtime_type = 'vm'\n", "1.21", "1.22"},
      {"[crio.runtime.runtimes]\nkata = { options.x = 1 }\n", "1.21", "1.22"},
      {"x = 0x1F\n", "1.21", "1.22"},
      {"x = -inf\n", "1.21", "1.22"},
      {"x = 07:32:00\n", "1.21", "1.22"},
      {"x = 1979-05-27 07:32:00Z\n", "1.21", "1.22"},
      {"x = [1, 'a']\n", "1.21", "1.22"},
      {"x = ''''a''''\n", "1.21", "1.22"},
      {"x = \"\"\"a\\  \n b\"\"\"\n", "1.21", "1.22"},
      {"[crio.runtime.runtimes]\nkata = {\n  runtime_type = 'vm' }\n", "1.35", "1.36"},
      {"[crio.runtime.runtimes]\nkata = { runtime_type = 'vm', }\n", "1.35", "1.36"},
      {"x = \"\\e\"\n", "1.35", "1.36"},
      {"x = \"\\x41\"\n", "1.35", "1.36"},
      {"x = 07:32\n", "1.35", "1.36"},
  };
  for (const Newer& newer : cases) {
    CAPTURE(newer.text);
    CHECK_FALSE(view(newer.text, newer.last_to_refuse).accepted);
    CHECK(view(newer.text, newer.first_to_take).accepted);
  }
}

TEST_CASE("What looks like newer TOML is none") {
  const std::string handlers = "[ crio . 'runtime' . \"runtimes\" . kata ]\nruntime_type = 'vm'\n";
  for (const std::string& text :
       {handlers + "[crio.runtime.runtimes.kata.default_annotations]\na = 'b'\n",
        "[crio.runtime.runtimes.kata.default_annotations]\na = 'b'\n" + handlers,
        std::string("[crio.runtime.runtimes]\nkata = { allowed_annotations = [\n 'a', # {\n ] }\n"),
        std::string("x = '\\e,}'\ny = \"\\\\e\"\nz = 1 # {\n[[a.b]]\nc = 1\n[[a.b]]\n"),
        std::string("x = '''\na'''\ny = \"\"\"a\\\n  b\\\"\"\"\"\nz = 1979-05-27T07:32:00Z\n")}) {
    CAPTURE(text);
    CHECK(view(text, "1.24").accepted);
    if (text.find("kata = {") == std::string::npos) {
      CHECK(view(text + "[crio.runtime.runtimes.runc]\n", "1.18").accepted);
    }
  }
  CHECK(view("x = { a = 1, }\n[crio.runtime]\n", "1.18").accepted);
}

TEST_CASE("The first file that CRI-O cannot read ends it") {
  FakeNode node;
  node.files[kMain] = kKata;
  node.files[drop_in("10.bak")] = "<<<<<<< mine\n";
  node.files[drop_in("20")] = kFlagTrue + "= \n";
  const Effective effective = view(node);
  CHECK_FALSE(effective.accepted);
  CHECK(effective.refused_file == drop_in("10.bak"));
  CHECK(effective.refused_line == 1);
  CHECK(effective.files == std::vector<std::string>{kMain, drop_in("10.bak")});
  CHECK(effective.handlers.empty());

  node.files[drop_in("10.bak")] = "# r\xE9glage\n";
  CHECK_FALSE(view(node).accepted);
  node.files[drop_in("10.bak")] = "{{ if .X }}\n[a]\n{{ end }}\n";
  CHECK(says(view(node), "template"));
  node.files[drop_in("10.bak")] = "";
  CHECK(view(node).refused_file == drop_in("20"));
}

}  // namespace
}  // namespace katafix
