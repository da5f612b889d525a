#include "platforms/virt/flat_tree.h"

#include <libfdt.h>

#include <stdexcept>

#include "doorbell/core/arch/error.h"

namespace doorbell::virt {

FlatTree::FlatTree(std::size_t size) : bytes_(size) {
  check(fdt_create(bytes_.data(), static_cast<int>(size)));
  check(fdt_finish_reservemap(bytes_.data()));
}

void FlatTree::check(int result) {
  if (result == 0) return;
  if (result == -FDT_ERR_NOSPACE) {
    throw InputError("device tree: expected one of at most " + std::to_string(bytes_.size()) +
                     " bytes, found a longer one; are the bootargs that long?");
  }
  throw std::logic_error(std::string("device tree: ") + fdt_strerror(result));
}

void FlatTree::node(const std::string& name, const std::function<void()>& contents) {
  check(fdt_begin_node(bytes_.data(), name.c_str()));
  contents();
  check(fdt_end_node(bytes_.data()));
}

void FlatTree::property(const char* name, const void* data, std::size_t bytes) {
  check(fdt_property(bytes_.data(), name, data, static_cast<int>(bytes)));
}

void FlatTree::empty(const char* name) {
  property(name, nullptr, 0);
}

void FlatTree::cells(const char* name, const std::vector<std::uint32_t>& values) {
  std::vector<fdt32_t> stored;
  for (const std::uint32_t value : values)
    stored.push_back(cpu_to_fdt32(value));
  property(name, stored.data(), stored.size() * sizeof(fdt32_t));
}

void FlatTree::text(const char* name, std::string_view value) {
  texts(name, {value});
}

void FlatTree::texts(const char* name, std::initializer_list<std::string_view> values) {
  std::string stored;
  for (const std::string_view value : values) {
    stored += value;
    stored += '\0';
  }
  property(name, stored.data(), stored.size());
}

void FlatTree::wide(const char* name, const std::vector<std::uint64_t>& values) {
  std::vector<fdt64_t> stored;
  for (const std::uint64_t value : values)
    stored.push_back(cpu_to_fdt64(value));
  property(name, stored.data(), stored.size() * sizeof(fdt64_t));
}

std::vector<std::uint8_t> FlatTree::finish() {
  const std::size_t size = bytes_.size();
  check(fdt_finish(bytes_.data()));
  check(fdt_open_into(bytes_.data(), bytes_.data(), static_cast<int>(size)));
  return std::move(bytes_);
}

}  // namespace doorbell::virt
