#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace doorbell::virt {

/// Writes a flattened device tree (Devicetree Specification 0.4, chapter 5) from its root on, by
/// libfdt.
class FlatTree {
 public:
  /// `size`: bytes of the finished tree, what is free at its end included; software may add to it.
  explicit FlatTree(std::size_t size);

  /// A node; `contents` writes its properties and then the nodes in it.
  void node(const std::string& name, const std::function<void()>& contents);

  // Properties of the node in hand (Devicetree Specification 0.4, 2.2.4).
  void empty(const char* name);
  void cells(const char* name, const std::vector<std::uint32_t>& values);
  void text(const char* name, std::string_view value);
  /// A list of strings.
  void texts(const char* name, std::initializer_list<std::string_view> values);
  /// 64-bit numbers, two cells each: addresses and sizes where #address-cells and #size-cells
  /// are 2.
  void wide(const char* name, const std::vector<std::uint64_t>& values);

  /// The tree. An InputError when it didn't fit in its size.
  std::vector<std::uint8_t> finish();

 private:
  void property(const char* name, const void* data, std::size_t bytes);
  void check(int result);

  std::vector<std::uint8_t> bytes_;
};

}  // namespace doorbell::virt
