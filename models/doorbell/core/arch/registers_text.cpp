#include "doorbell/core/arch/hexadecimal.h"
#include "doorbell/core/arch/registers.h"

namespace doorbell {

std::string element_name(const RegisterInfo& info, unsigned index) {
  std::string_view base = info.name;
  if (info.count == 1) return std::string(base);
  if (base.ends_with("<n>")) base.remove_suffix(3);
  return std::string(base) + "<" + std::to_string(index) + ">";
}

std::string markdown_table(std::span<const RegisterInfo> table) {
  std::string text =
      "| Offset | Register | Bits | Access | Reset | Section |\n|---|---|---|---|---|---|\n";
  for (const RegisterInfo& info : table) {
    const std::uint64_t stride = info.stride == 0 ? info.width : info.stride;
    std::string offset = "0x" + hexadecimal(info.offset, 4);
    std::string name(info.name);
    if (info.count > 1) {
      offset += " + " + std::to_string(stride) + "n";
      name += ", n = 0 to " + std::to_string(info.count - 1);
    }
    text.append("| ").append(offset).append(" | ").append(name).append(" | ");
    text.append(std::to_string(8 * info.width)).append(" | ").append(to_string(info.access));
    text.append(" | 0x").append(hexadecimal(info.reset, 4)).append(" | ").append(info.section);
    text.append(" |\n");
  }
  return text;
}

}  // namespace doorbell
