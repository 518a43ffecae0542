#include "node_text.hpp"

#include "katafix/engine/release.hpp"

#include "node/glob.hpp"
#include "writer.hpp"

#include <algorithm>

namespace katafix::fuzz {

namespace {

constexpr const char* kMain = "/etc/containerd/config.toml";
constexpr std::size_t kMostFiles = 24;

std::string absolute(std::string_view path) { return go_clean("/" + std::string(path)); }

/// The part up to the next blank; takes it off.
std::string_view word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view found = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return found;
}

class Reader {
 public:
  explicit Reader(test::FakeNode& node) : node_(node) {}

  void take(std::string_view line) {
    std::string_view rest = line.substr(0, line.find_last_not_of("\r\n") + 1);
    if (!rest.starts_with('@')) {
      node_.files[file_] += line;
      return;
    }
    const std::string_view what = word(rest);
    if (what == "@release" && parse_release(Engine::containerd, rest)) {
      found_.releases.assign(1, *parse_release(Engine::containerd, rest));
    } else if (what == "@glob") {
      found_.globs.emplace_back(rest);
    } else if (node_.files.size() + node_.links.size() < kMostFiles) {
      add(what, rest);
    }
  }

  NodeText found() && { return std::move(found_); }

 private:
  void add(std::string_view what, std::string_view rest) {
    const std::string path = absolute(word(rest));
    if (path == "/") {
      return;
    }
    if (what == "@file") {
      file_ = path;
      node_.files[file_];
    } else if (what == "@link") {
      node_.links[path] = absolute(rest);
    } else if (what == "@directory") {
      node_.empty_directories.insert(path);
    }
  }

  test::FakeNode& node_;
  std::string file_ = kMain;
  NodeText found_;
};

std::string write_path(Choices& choices) {
  return choices.pick({"/etc/containerd/config.toml", "/etc/containerd/conf.d/a.toml",
                       "/etc/containerd/conf.d/b.toml", "/etc/containerd/conf.d/\xC3\xA9.toml",
                       "/etc/crio/crio.conf", "/etc/crio/crio.conf.d/10-a.conf",
                       "/etc/crio/crio.conf.d/99-z.conf.bak", "/etc/crio/crio.conf.d/sub/.x",
                       "/opt/kata/containerd/config.d/kata.toml",
                       "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
                       "/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl",
                       "/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.tmpl",
                       "/etc/k0s/containerd.toml", "/etc/k0s/containerd.d/kata.toml",
                       "/var/snap/microk8s/current/args/containerd-template.toml",
                       "/etc/cri/conf.d/10-kata.part", "/etc/systemd/system/containerd.service"});
}

std::string write_import(Choices& choices) {
  const std::string path = choices.pick(
      {"/etc/containerd/conf.d/*.toml", "conf.d/*.toml", "/opt/kata/*/*.d/*.toml",
       "/etc/containerd/conf.d/[a-b].toml", "../containerd/./conf.d/b.toml", "/etc/containerd/*",
       "config.toml", "conf.d/?.*", "/gone/*", "/gone", "*[", "\xC3\xA9*"});
  return "imports = [\"" + path + "\", '" + write_path(choices) + "']\n";
}

}  // namespace

NodeText read_node(std::string_view text, test::FakeNode& node) {
  Reader reader(node);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    reader.take(text.substr(0, end));
    text.remove_prefix(end);
  }
  return std::move(reader).found();
}

std::string write_node_lines(Choices& choices) {
  switch (choices.below(8)) {
    case 0:
    case 1:
      return "@file " + write_path(choices) + "\n" + write_handler(choices);
    case 2:
      return "@file " + write_path(choices) + "\nversion = " + choices.pick({"2", "3", "1"}) +
             "\n" + write_import(choices) + write_handler(choices);
    case 3:
      return "@link " + write_path(choices) + " " + write_path(choices) + "\n";
    case 4:
      return write_import(choices);
    case 5:
      return choices.pick({"@release 1.6\n", "@release 2.1\n", "@release 1.7\n", "@release 2.3\n",
                           "@directory /etc/crio/crio.conf.d/d\n"});
    case 6:
      return "@glob " +
             choices.pick({"/etc/*/*", "/etc/crio/crio.conf.d/*", "*/[^a]?*",
                           "/etc/c*r*/c*.d/?[0-9]*", "/etc/*/*/[!-\xC3\xA9].toml",
                           "/etc/*/*/?.toml", "\\*", "[\\]-a]", "/*/*/*/*"}) +
             "\n";
    default:
      return write_handler(choices);
  }
}

}  // namespace katafix::fuzz
