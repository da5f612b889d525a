#include <set>

#include "platforms/diagram/diagram.h"

namespace doorbell {
namespace {

using Block = Diagram::Block;

Block bound_part(const Block& block, const std::set<std::string>& bound) {
  Block part{block.path, block.name, block.model, {}, {}, block.unbound};
  for (const Diagram::Socket& socket : block.sockets) {
    if (bound.contains(socket.path)) {
      part.sockets.push_back(socket);
    } else {
      ++part.unbound;
    }
  }
  for (const Block& inner : block.blocks) {
    Block inner_part = bound_part(inner, bound);
    if (!inner_part.sockets.empty() || !inner_part.blocks.empty())
      part.blocks.push_back(std::move(inner_part));
  }
  return part;
}

}  // namespace

Diagram bound_part(const Diagram& diagram) {
  std::set<std::string> bound;
  for (const Diagram::Binding& binding : diagram.bindings) {
    bound.insert(binding.from);
    bound.insert(binding.to);
  }
  return {bound_part(diagram.top, bound), diagram.bindings};
}

}  // namespace doorbell
