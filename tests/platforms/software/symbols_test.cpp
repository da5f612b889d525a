#include "platforms/software/symbols.h"

#include <gtest/gtest.h>

#include "tests/platforms/software/made_images.h"

namespace doorbell::software {
namespace {

constexpr std::uint64_t base = 0x4020'0000;

/// A program with a symbol table behind its one segment.
Bytes with_symbols() {
  MadeProgram program(base);
  const std::string names("\0start\0$x\0data\0", 15);
  const auto symbol = [](std::uint32_t name, unsigned type, std::uint64_t value) {
    return Elf64_Sym{name, static_cast<unsigned char>(ELF64_ST_INFO(STB_GLOBAL, type)), 0, 1, value,
                     0};
  };
  const Elf64_Sym symbols[] = {symbol(7, STT_NOTYPE, base + 4), symbol(10, STT_OBJECT, base + 8),
                               symbol(1, STT_FUNC, base + 4)};
  Bytes bytes = program.bytes();
  const auto append = [&bytes](const void* from, std::size_t size) {
    const std::size_t at = bytes.size();
    bytes.resize(at + size);
    std::memcpy(bytes.data() + at, from, size);
    return at;
  };
  Elf64_Shdr sections[2]{};
  sections[0].sh_type = SHT_SYMTAB;
  sections[0].sh_link = 1;
  sections[0].sh_offset = append(symbols, sizeof symbols);
  sections[0].sh_size = sizeof symbols;
  sections[1].sh_type = SHT_STRTAB;
  sections[1].sh_offset = append(names.data(), names.size());
  sections[1].sh_size = names.size();
  program.header.e_shoff = append(sections, sizeof sections);
  program.header.e_shnum = 2;
  program.header.e_shentsize = sizeof sections[0];
  std::memcpy(bytes.data(), &program.header, sizeof program.header);
  return bytes;
}

TEST(Symbols, NameTheCodeAtAnAddress) {
  const Symbols symbols(elf_image("a.elf", with_symbols()));
  EXPECT_EQ(symbols.name_of(base + 4), "start");
  EXPECT_EQ(symbols.name_of(base + 8), "start+0x4");  // data has no code
  EXPECT_EQ(symbols.name_of(base), "");               // ahead of the first
  EXPECT_EQ(symbols.name_of(base + 0x10'0000), "");   // in no segment
}

TEST(Symbols, OfAFileWithoutATableAreNone) {
  EXPECT_EQ(Symbols(elf_image("a.elf", MadeProgram(base).bytes())).name_of(base + 4), "");
}

// Wherever the table is cut short, what is left of it is read, and no more.
TEST(Symbols, OfADamagedTableAreNone) {
  const Bytes whole = with_symbols();
  for (std::size_t size = MadeProgram(base).bytes().size(); size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(Symbols(elf_image("a.elf", part)).name_of(base + 0x10'0000), "") << size;
  }
}

}  // namespace
}  // namespace doorbell::software
