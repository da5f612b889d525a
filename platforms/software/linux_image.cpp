#include "platforms/software/linux_image.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/little_endian.h"

namespace doorbell::software {
namespace {

// Documentation/arm64/booting.rst, 4: the header of a kernel.
constexpr std::size_t header_bytes = 64;
constexpr std::size_t text_offset_at = 8;
constexpr std::size_t image_size_at = 16;
constexpr std::size_t flags_at = 24;
constexpr std::size_t magic_at = 56;
constexpr std::string_view magic = "ARM\x64";
constexpr std::uint64_t big_endian = 1;  // bit 0 of the flags

std::uint64_t field(const Bytes& bytes, std::size_t at) {
  return load_little_endian<std::uint64_t>(std::span(bytes).subspan(at, 8));
}

/// A kernel that is an EFI application, too, has the header of one: where the bytes of its sections
/// end in the file, 0 when it has none (Microsoft's PE Format, "COFF File Header" and "Section
/// Table"; booting.rst, 4: its place is at byte 60).
std::uint64_t end_of_sections(const Bytes& bytes) {
  const auto number = [&bytes]<class T>(std::uint64_t at, T) -> std::uint64_t {
    if (at > bytes.size() || bytes.size() - at < sizeof(T)) return 0;
    return load_little_endian<T>(std::span(bytes).subspan(at, sizeof(T)));
  };
  const std::uint64_t header = number(60, std::uint32_t{});
  constexpr std::uint64_t signature = 0x4550;  // "PE", two zeros
  if (header == 0 || number(header, std::uint32_t{}) != signature) return 0;
  const std::uint64_t sections = number(header + 6, std::uint16_t{});
  std::uint64_t entry = header + 24 + number(header + 20, std::uint16_t{});
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; i < sections; ++i, entry += 40) {
    const std::uint64_t size = number(entry + 16, std::uint32_t{});
    if (size != 0) end = std::max(end, number(entry + 20, std::uint32_t{}) + size);
  }
  return end;
}

bool begins_with(const Bytes& bytes, std::string_view text, std::size_t at = 0) {
  return bytes.size() >= at + text.size() &&
         std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

/// What else is found in place of a kernel.
std::string kind_of(const Bytes& bytes) {
  if (begins_with(bytes,
                  "\x7f"
                  "ELF"))
    return "an ELF file, which --firmware takes";
  // An EFI application that unpacks itself: booting it takes firmware, by --bios.
  if (begins_with(bytes, "MZ") && begins_with(bytes, "zimg", 4))
    return "an EFI zboot image, whose kernel is packed inside";
  if (begins_with(bytes, "\x27\x05\x19\x56")) return "a U-Boot image";
  return "something else";
}

}  // namespace

LinuxImage linux_image(const std::string& path, Bytes bytes, std::uint64_t limit) {
  if (is_gzip(bytes)) bytes = unpack_gzip(path, bytes, limit);
  if (!begins_with(bytes, magic, magic_at)) {
    throw InputError(path, 0, "kernel", "an arm64 Image, with \"ARM\\x64\" at byte 56",
                     kind_of(bytes));
  }
  if (bytes.size() < header_bytes) {
    throw InputError(path, 0, "kernel", "a header of 64 bytes", std::to_string(bytes.size()));
  }
  if (const std::uint64_t end = end_of_sections(bytes); bytes.size() < end) {
    throw InputError(path, 0, "kernel", "the " + std::to_string(end) + " bytes of its PE sections",
                     std::to_string(bytes.size()));
  }
  LinuxImage image;
  image.text_offset = field(bytes, text_offset_at);
  image.image_size = field(bytes, image_size_at);
  if ((field(bytes, flags_at) & big_endian) != 0)
    throw InputError(path, 0, "kernel", "a little-endian one", "a big-endian one");
  // Kernels before 3.17 say 0, and mean an offset of 512 KiB (booting.rst, 4).
  if (image.image_size == 0) {
    image.text_offset = 0x8'0000;
    image.image_size = bytes.size();
  }
  if (image.image_size > limit || image.text_offset > limit - image.image_size) {
    throw InputError(path, 0, "kernel",
                     "at most " + std::to_string(limit) + " bytes, as memory has",
                     "text_offset " + std::to_string(image.text_offset) + " and image_size " +
                         std::to_string(image.image_size));
  }
  image.image_size = std::max<std::uint64_t>(image.image_size, bytes.size());
  image.bytes = std::move(bytes);
  return image;
}

}  // namespace doorbell::software
