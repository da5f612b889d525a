#include "platforms/software/elf_image.h"

#include <gmock/gmock.h>

#include "tests/platforms/software/made_images.h"

namespace doorbell::software {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal_of(const MadeProgram& program) {
  return refusal([&] { elf_image("a.elf", program.bytes()); });
}

TEST(ElfImage, HasItsSegmentsAtPhysicalAddresses) {
  MadeProgram program(0x4020'0000);
  program.segment.p_vaddr = 0xffff'0000'0000'0000;
  const ElfImage image = elf_image("a.elf", program.bytes());
  EXPECT_EQ(image.entry, 0x4020'0000u);
  ASSERT_EQ(image.segments.size(), 1u);
  EXPECT_EQ(image.segments[0].address, 0x4020'0000u);
  EXPECT_EQ(image.segments[0].size, 16u + 0x100);
  EXPECT_THAT(image.segments[0].bytes, ElementsAreArray(program.contents));
}

TEST(ElfImage, IsOfThisMachineAndClass) {
  MadeProgram program(0x4020'0000);
  program.header.e_machine = EM_X86_64;
  EXPECT_EQ(refusal_of(program), "a.elf: ELF machine: expected 183, AArch64, found 62");
  program = MadeProgram(0x4020'0000);
  program.header.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_THAT(refusal_of(program), HasSubstr("ELF class"));
  program = MadeProgram(0x4020'0000);
  program.header.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_THAT(refusal_of(program), HasSubstr("ELF data encoding"));
  program = MadeProgram(0x4020'0000);
  program.header.e_type = ET_DYN;
  EXPECT_THAT(refusal_of(program), HasSubstr("ELF type"));
}

TEST(ElfImage, CutShortAnywhereIsRefused) {
  const Bytes whole = MadeProgram(0x4020'0000).bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(refusal([&] { elf_image("a.elf", part); }), StartsWith("a.elf: ")) << size;
  }
}

TEST(ElfImage, HeadersThatLieAreRefused) {
  MadeProgram program(0x4020'0000);
  program.segment.p_offset = ~0ULL - 4;
  EXPECT_THAT(refusal_of(program), HasSubstr("cut short"));
  program = MadeProgram(0x4020'0000);
  program.segment.p_memsz = program.segment.p_filesz - 1;
  EXPECT_THAT(refusal_of(program), HasSubstr("ELF segment"));
  program = MadeProgram(~0ULL - 8);
  EXPECT_THAT(refusal_of(program), HasSubstr("addresses of 64 bits"));
  program = MadeProgram(0x4020'0000);
  program.header.e_phoff = ~0ULL - 4;
  EXPECT_THAT(refusal_of(program), HasSubstr("cut short"));
  program = MadeProgram(0x4020'0000);
  program.header.e_phentsize = 32;
  EXPECT_THAT(refusal_of(program), HasSubstr("size of an ELF program header"));
}

TEST(ElfImage, WithNothingToLoadIsRefused) {
  MadeProgram program(0x4020'0000);
  program.segment.p_type = PT_NOTE;
  EXPECT_EQ(refusal_of(program), "a.elf: ELF: expected a segment to load, found none");
}

}  // namespace
}  // namespace doorbell::software
