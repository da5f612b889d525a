#include "platforms/software/elf_image.h"

#include <elf.h>

#include <cstring>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell::software {
namespace {

class Reader {
 public:
  Reader(const std::string& path, const Bytes& bytes) : path_(path), bytes_(bytes) {}

  /// A header at `offset`, or an InputError if the file ends before it does.
  template <class Header>
  Header header(std::uint64_t offset, const char* what) const {
    Header header;
    std::memcpy(&header, part(offset, sizeof header, what).data(), sizeof header);
    return header;
  }
  std::span<const std::uint8_t> part(std::uint64_t offset, std::uint64_t size,
                                     const char* what) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      refuse(what, "a whole file",
             "one that is cut short: " + std::to_string(bytes_.size()) + " bytes");
    }
    return std::span(bytes_).subspan(offset, size);
  }
  void expect(bool met, const char* what, const char* expected, std::uint64_t found) const {
    if (!met) refuse(what, expected, std::to_string(found));
  }
  [[noreturn]] void refuse(const char* what, const std::string& expected,
                           const std::string& found) const {
    throw InputError(path_, 0, what, expected, found);
  }

 private:
  const std::string& path_;
  const Bytes& bytes_;
};

/// Everything about the machine is in the first bytes, which all classes have alike.
void check_identity(const Reader& reader) {
  const auto identity = reader.part(0, EI_NIDENT, "ELF header");
  if (std::memcmp(identity.data(), ELFMAG, SELFMAG) != 0)
    reader.refuse("firmware", "an ELF file", "something else");
  reader.expect(identity[EI_CLASS] == ELFCLASS64, "ELF class", "2, 64 bits", identity[EI_CLASS]);
  reader.expect(identity[EI_DATA] == ELFDATA2LSB, "ELF data encoding", "1, little-endian",
                identity[EI_DATA]);
}

Elf64_Ehdr checked_header(const Reader& reader) {
  check_identity(reader);
  const auto header = reader.header<Elf64_Ehdr>(0, "ELF header");
  reader.expect(header.e_machine == EM_AARCH64, "ELF machine", "183, AArch64", header.e_machine);
  reader.expect(header.e_type == ET_EXEC, "ELF type", "2, an executable at fixed addresses",
                header.e_type);
  reader.expect(header.e_phnum != 0 && header.e_phnum != PN_XNUM, "ELF program headers",
                "1 to 65534", header.e_phnum);
  reader.expect(header.e_phentsize == sizeof(Elf64_Phdr), "size of an ELF program header", "56",
                header.e_phentsize);
  return header;
}

ElfImage::Segment segment(const Reader& reader, const Elf64_Phdr& header) {
  reader.expect(header.p_filesz <= header.p_memsz, "ELF segment",
                "no more bytes in the file than in memory", header.p_filesz);
  reader.expect(header.p_memsz - 1 <= ~header.p_paddr, "ELF segment", "addresses of 64 bits",
                header.p_paddr);
  return {header.p_paddr, reader.part(header.p_offset, header.p_filesz, "ELF segment"),
          header.p_memsz};
}

}  // namespace

ElfImage elf_image(const std::string& path, Bytes bytes) {
  ElfImage image;
  image.file = std::move(bytes);
  const Reader reader(path, image.file);
  const Elf64_Ehdr header = checked_header(reader);
  image.entry = header.e_entry;
  reader.part(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr),
              "ELF program headers");
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto program =
        reader.header<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr), "ELF program header");
    if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
    image.segments.push_back(segment(reader, program));
  }
  if (image.segments.empty()) reader.refuse("ELF", "a segment to load", "none");
  return image;
}

}  // namespace doorbell::software
