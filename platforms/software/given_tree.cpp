#include "platforms/software/given_tree.h"

#include <libfdt.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::software {
namespace {

/// Room for what is added: command lines of Linux have at most 2048 bytes.
constexpr std::size_t added_bytes = 0x4000;

class Tree {
 public:
  Tree(const std::string& path, const Bytes& tree) : path_(path), bytes_(given_tree_bytes(tree)) {
    if (tree.size() < sizeof(fdt_header) || fdt_check_full(tree.data(), tree.size()) != 0)
      throw InputError(path_, 0, "device tree", "a flattened device tree", "something else");
    expect(fdt_open_into(tree.data(), bytes_.data(), static_cast<int>(bytes_.size())));
  }
  void open_chosen() {
    chosen_ = fdt_path_offset(bytes_.data(), "/chosen");
    if (chosen_ == -FDT_ERR_NOTFOUND) chosen_ = fdt_add_subnode(bytes_.data(), 0, "chosen");
    expect(chosen_);
  }
  void set(const char* name, const std::string& text) {
    expect(fdt_setprop_string(bytes_.data(), chosen_, name, text.c_str()));
  }
  void set(const char* name, std::uint64_t number) {
    expect(fdt_setprop_u64(bytes_.data(), chosen_, name, number));
  }
  Bytes take() { return std::move(bytes_); }

 private:
  void expect(int result) const {
    if (result < 0)
      throw InputError(path_, 0, "device tree", "one that can be added to", fdt_strerror(result));
  }

  const std::string& path_;
  Bytes bytes_;
  int chosen_ = 0;
};

}  // namespace

std::size_t given_tree_bytes(const Bytes& tree) {
  return tree.size() + added_bytes;
}

Bytes given_tree(const std::string& path, const Bytes& tree, const virt::BootInformation& boot) {
  Tree made(path, tree);
  made.open_chosen();
  if (boot.bootargs) made.set("bootargs", *boot.bootargs);
  if (boot.initrd) {
    made.set("linux,initrd-start", boot.initrd->base);
    made.set("linux,initrd-end", boot.initrd->base + boot.initrd->size);
  }
  return made.take();
}

}  // namespace doorbell::software
