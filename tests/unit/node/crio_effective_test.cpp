#include "node/crio_node.hpp"
#include "support.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

using namespace test;

TEST_CASE("CRI-O without files has its built-in handler", "[node]") {
  for (const auto& [version, name] : {std::pair("1.18", "runc"), std::pair("1.30.5", "runc"),
                                      std::pair("1.31.0", "crun"), std::pair("main", "crun")}) {
    CAPTURE(version);
    const Viewed effective = view(FakeNode(), version);
    CHECK(effective.accepted());
    CHECK(effective.handlers.all().size() == 1);
    const ViewedHandler& shown = effective.handlers.at(name);
    CHECK(shown.runtime_type == "oci");
    CHECK(shown.runtime_path.empty());
    CHECK_FALSE(shown.flag);
    CHECK_FALSE(shown.decided_by().is_known());
  }
}

TEST_CASE("A handler of CRI-O is shown with the place that decides its flag", "[node]") {
  const Viewed with_flag = view(kKata + kFlagTrue);
  const ViewedHandler& kata = with_flag.handlers.at("kata");
  CHECK(kata.runtime_type == "vm");
  CHECK(kata.runtime_path == "/usr/bin/containerd-shim-kata-v2");
  CHECK(kata.flag);
  REQUIRE(kata.decided_by().is_known());
  CHECK(kata.decided_by().file() == kMain);
  CHECK(kata.decided_by().line() == 4);

  const Viewed without = view("\n" + kKata);
  CHECK_FALSE(without.handlers.at("kata").flag);
  CHECK(without.handlers.at("kata").decided_by().line() == 2);
}

TEST_CASE("CRI-O knows the flag since 1.17.0 and 1.16.2", "[node]") {
  CHECK(view(kKata + kFlagTrue, "1.16.2").handlers.at("kata").flag);
  CHECK(view(kKata + kFlagTrue, "1.16").handlers.at("kata").flag);
  CHECK_FALSE(view(kKata + kFlagTrue, "1.16.1").handlers.at("kata").flag);
  CHECK(view(kKata + kFlagTrue, "1.16.1").handlers.at("kata").decided_by().line() == 1);
}

TEST_CASE("A later file of CRI-O replaces a whole handler and keeps the others", "[node]") {
  FakeNode node;
  node.files[kMain] = kKata + "[crio.runtime.runtimes.other]\nruntime_path = '/o'\n";
  node.files[drop_in("99-kata.conf")] = "[crio.runtime.runtimes.kata]\n" + kFlagTrue;
  const Viewed effective = view(node);
  CHECK(effective.handlers.at("kata").flag);
  CHECK(effective.handlers.at("kata").runtime_path.empty());
  CHECK(effective.handlers.at("kata").runtime_type.empty());
  CHECK(effective.handlers.at("kata").decided_by().file() == drop_in("99-kata.conf"));
  CHECK(effective.handlers.at("other").runtime_path == "/o");

  node.files[drop_in("99-kata.conf")] = "[crio.runtime.runtimes.kata.default_annotations]\na = 'b'";
  CHECK(view(node).handlers.at("kata").runtime_path.empty());
  node.files[drop_in("99-kata.conf")] = "[crio.runtime.runtimes]\n";
  CHECK(view(node).handlers.at("kata").runtime_type == "vm");
}

TEST_CASE("CRI-O reads every file below crio.conf.d, in byte order of each directory", "[node]") {
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
  const Viewed effective = view(node);
  CHECK(effective.files == expected);
  CHECK_FALSE(effective.handlers.at("kata").flag);
}

TEST_CASE("CRI-O reads links to files and stops at other links", "[node]") {
  FakeNode node;
  node.files["/opt/k.conf"] = kKata + kFlagTrue;
  node.links[drop_in("50-kata")] = "/opt/k.conf";
  CHECK(view(node).handlers.at("kata").decided_by().file() == drop_in("50-kata"));

  node.links[drop_in("60")] = "/gone";
  Viewed effective = view(node);
  CHECK_FALSE(effective.accepted());
  CHECK(effective.refusal->file == drop_in("60"));
  CHECK(effective.handlers.all().empty());

  node.links[drop_in("60")] = "/opt";
  effective = view(node);
  CHECK_FALSE(effective.accepted());
  CHECK(says(effective, drop_in("60")));
}

TEST_CASE("CRI-O stops when crio.conf.d itself is a link to a directory", "[node]") {
  FakeNode node;
  node.files["/etc/crio/real.d/a"] = kKata;
  node.links[kDropIns] = "/etc/crio/real.d";
  CHECK_FALSE(view(node).accepted());
  node.links[kDropIns] = "/etc/crio/real.d/a";
  CHECK(view(node).handlers.contains("kata"));
  node.links[kDropIns] = "/gone";
  CHECK(view(node).accepted());
}

TEST_CASE("CRI-O's main file may be missing, a link, or a link that leads nowhere", "[node]") {
  FakeNode node;
  node.files["/opt/main"] = kKata;
  node.links[kMain] = "/opt/main";
  CHECK(view(node).handlers.contains("kata"));
  node.links[kMain] = "/gone";
  CHECK(view(node).accepted());
  CHECK(view(node).files.empty());
  node.links.clear();
  node.empty_directories.insert(kMain);
  CHECK_FALSE(view(node).accepted());
}

TEST_CASE("CRI-O 1.18 drops runc after a file with handlers but without runc", "[node]") {
  FakeNode node;
  node.files[kMain] = "[crio.runtime]\ndefault_runtime = 'kata'\n" + kKata;
  CHECK_FALSE(view(node, "1.18.6").handlers.contains("runc"));
  CHECK(view(node, "1.17").handlers.contains("runc"));
  node.files[kMain] = "[crio.runtime]\ndefault_runtime = 'kata'\n[CRIO.runtime.runtimes.kata]\n";
  CHECK(view(node, "1.18").handlers.contains("runc"));

  const Viewed effective = view(kKata, "1.18.0");
  CHECK_FALSE(effective.accepted());
  CHECK(says(effective, "runc"));
  CHECK(effective.refusal->file == kMain);
}

TEST_CASE("CRI-O 1.19 to 1.25 drop runc after a file that names another default", "[node]") {
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
    const Viewed own = view("[crio.runtime]\ndefault_runtime = 'runc'\n" + kKata, version);
    CHECK(own.accepted());
    CHECK(own.handlers.contains("runc"));
  }
  CHECK(view(text, "1.26.0").handlers.contains("runc"));
}

TEST_CASE("CRI-O refuses a default handler that does not exist", "[node]") {
  const Viewed effective = view("\n[crio.runtime]\ndefault_runtime = 'none'\n" + kKata);
  CHECK_FALSE(effective.accepted());
  CHECK(effective.refusal->at.line == 3);
  CHECK(says(effective, "none"));
  CHECK(view("[crio.runtime]\ndefault_runtime = 'runc'\n", "1.30").accepted());
  CHECK_FALSE(view("[crio.runtime]\ndefault_runtime = 'runc'\n", "1.31").accepted());
}

TEST_CASE("An empty default_runtime is CRI-O's built-in handler", "[node]") {
  const std::string text = "[crio.runtime]\ndefault_runtime = ''\n";
  CHECK(view(text, "1.24").handlers.at("runc").runtime_type == "oci");
  CHECK(view(text).handlers.at("crun").runtime_type == "oci");
  CHECK(view(text + "[crio.runtime.runtimes.crun]\n").handlers.at("crun").runtime_type.empty());
}

TEST_CASE("CRI-O finds settings in any case, but handlers only by their name", "[node]") {
  const Viewed effective = view(
      "[CRIO.Runtime.RUNTIMES.Kata]\nRuntime_Path = '/k'\nPRIVILEGED_Without_Host_Devices = "
      "true\n");
  CHECK(effective.handlers.at("Kata").flag);
  CHECK(effective.handlers.at("Kata").runtime_path == "/k");
  CHECK_FALSE(effective.handlers.contains("kata"));
}

TEST_CASE("Of the flag in two spellings CRI-O may take false", "[node]") {
  for (const std::string& text : {kFlagFalse + "Privileged_Without_Host_Devices = true\n",
                                  "Privileged_Without_Host_Devices = true\n" + kFlagFalse}) {
    const Viewed effective = view(kKata + text);
    CHECK_FALSE(effective.handlers.at("kata").flag);
    CHECK(effective.handlers.at("kata").runtime_type == "vm");
  }
  const Viewed effective = view(kKata + kFlagFalse + "[CRIO.runtime.runtimes.kata]\n" + kFlagTrue);
  CHECK_FALSE(effective.handlers.at("kata").flag);
  CHECK(effective.handlers.at("kata").decided_by().line() == 4);
}

TEST_CASE("CRI-O leaves inherit_default_runtime unresolved", "[node]") {
  const Viewed effective =
      view("[crio.runtime.runtimes.k]\ninherit_default_runtime = true\n" + kFlagTrue);
  const ViewedHandler& handler = effective.handlers.at("k");
  CHECK(handler.flag);
  CHECK(handler.runtime_path.empty());
  CHECK(handler.runtime_type.empty());
  CHECK(handler.inherits_default);
}

TEST_CASE("CRI-O knows inherit_default_runtime since 1.32", "[node]") {
  const std::string text = "[crio.runtime.runtimes.k]\ninherit_default_runtime = true\n";
  CHECK(view(text, "1.32.0").handlers.at("k").inherits_default);
  CHECK_FALSE(view(text, "1.31").handlers.at("k").inherits_default);
  CHECK_FALSE(view(text, "1.30").handlers.at("k").inherits_default);
}

}  // namespace
}  // namespace katafix
