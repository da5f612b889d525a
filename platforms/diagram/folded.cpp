#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "platforms/diagram/diagram.h"

namespace doorbell {
namespace {

using Block = Diagram::Block;
using Socket = Diagram::Socket;

constexpr std::size_t longest_number = 9;

std::string stem_of(const std::string& name) {
  return name.substr(0, name.find_last_not_of("0123456789") + 1);
}

bool is_numbered(const std::string& name) {
  const std::size_t digits = name.size() - stem_of(name).size();
  return digits > 0 && digits <= longest_number;
}

/// "cpu0…3" for cpu0 to cpu3, "spi106, 107, 109" where numbers are missing.
std::string common_name(const std::set<std::string>& names) {
  if (names.size() == 1) return *names.begin();
  const std::string stem = stem_of(*names.begin());
  std::set<unsigned long> numbers;
  for (const std::string& name : names)
    numbers.insert(std::stoul(name.substr(stem.size())));
  std::string text = stem + std::to_string(*numbers.begin());
  if (*numbers.rbegin() - *numbers.begin() + 1 == numbers.size())
    return text + "…" + std::to_string(*numbers.rbegin());
  for (auto number = std::next(numbers.begin()); number != numbers.end(); ++number)
    text += ", " + std::to_string(*number);
  return text;
}

/// Puts what is alike together, in the order of the first of each. `kind` says what must agree
/// beside the stem of the name.
template <class Part, class Kind>
std::vector<std::vector<const Part*>> alike(const std::vector<const Part*>& parts, Kind kind) {
  std::vector<std::vector<const Part*>> groups;
  std::map<std::tuple<std::string, bool, std::string>, std::size_t> places;
  for (const Part* part : parts) {
    const bool numbered = is_numbered(part->name);
    const auto [place, is_new] = places.try_emplace(
        {numbered ? stem_of(part->name) : part->name, numbered, kind(*part)}, groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(part);
  }
  return groups;
}

template <class Part>
std::string common_name(const std::vector<const Part*>& group) {
  std::set<std::string> names;
  for (const Part* part : group)
    names.insert(part->name);
  return common_name(names);
}

class Folder {
 public:
  /// Blocks that are drawn as one of the name `name` in the block `parent`.
  Block fold(const std::vector<const Block*>& group, const std::string& parent) {
    Block block;
    block.name = common_name(group);
    block.path = parent.empty() ? block.name : parent + "." + block.name;
    block.model = group.front()->model;
    std::vector<const Socket*> sockets;
    std::vector<const Block*> blocks;
    for (const Block* one : group) {
      block.unbound += one->unbound;
      for (const Socket& socket : one->sockets)
        sockets.push_back(&socket);
      for (const Block& inner : one->blocks)
        blocks.push_back(&inner);
    }
    const auto direction = [](const Socket& socket) { return socket.initiator ? "out" : "in"; };
    for (const auto& alike_sockets : alike(sockets, direction))
      block.sockets.push_back(fold(alike_sockets, block.path));
    for (const auto& alike_blocks : alike(blocks, [](const Block& one) { return one.model; }))
      block.blocks.push_back(fold(alike_blocks, block.path));
    return block;
  }

  std::vector<Diagram::Binding> fold(const std::vector<Diagram::Binding>& bindings) const {
    std::vector<Diagram::Binding> result;
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> places;
    for (const Diagram::Binding& binding : bindings) {
      Diagram::Binding one = binding;
      one.from = paths_.at(binding.from);
      one.to = paths_.at(binding.to);
      const auto [place, is_new] =
          places.try_emplace({one.from, one.to, one.protocol}, result.size());
      if (is_new) {
        result.push_back(one);
      } else {
        result[place->second].count += one.count;
      }
    }
    return result;
  }

 private:
  Socket fold(const std::vector<const Socket*>& group, const std::string& parent) {
    Socket socket = *group.front();
    socket.name = common_name(group);
    socket.path = parent + "." + socket.name;
    for (const Socket* one : group)
      paths_[one->path] = socket.path;
    return socket;
  }

  std::map<std::string, std::string> paths_;  ///< Of sockets: where each is drawn.
};

}  // namespace

Diagram folded(const Diagram& diagram) {
  Folder folder;
  Diagram result;
  result.top = folder.fold({&diagram.top}, "");
  result.bindings = folder.fold(diagram.bindings);
  return result;
}

}  // namespace doorbell
