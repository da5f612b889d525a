#pragma once

#include <libfdt.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace doorbell::test {

/// The properties of a flattened device tree, by "/node/node:property"; a node by itself is
/// "/node/node", without bytes.
using FlatTreeContents = std::map<std::string, std::string>;

inline void read_flat_tree(const void* tree, int node, const std::string& path,
                           FlatTreeContents& contents) {
  contents[path.empty() ? "/" : path] = {};
  int property = 0;
  fdt_for_each_property_offset(property, tree, node) {
    const char* name = nullptr;
    int length = 0;
    const void* const value = fdt_getprop_by_offset(tree, property, &name, &length);
    contents[path + ":" + name] =
        std::string(static_cast<const char*>(value), static_cast<std::size_t>(length));
  }
  int child = 0;
  fdt_for_each_subnode(child, tree, node) {
    read_flat_tree(tree, child, path + "/" + fdt_get_name(tree, child, nullptr), contents);
  }
}

inline FlatTreeContents read_flat_tree(const std::vector<std::uint8_t>& tree) {
  FlatTreeContents contents;
  if (fdt_check_header(tree.data()) == 0) read_flat_tree(tree.data(), 0, "", contents);
  return contents;
}

}  // namespace doorbell::test
