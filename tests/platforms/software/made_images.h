#pragma once

#include <elf.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/software/image_file.h"

namespace doorbell::software {

/// The line that an action is refused with; "nothing" when it isn't.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "nothing";
}

/// An arm64 Image of `size` bytes (booting.rst, 4).
inline Bytes made_kernel(std::size_t size, std::uint64_t text_offset, std::uint64_t image_size) {
  Bytes bytes(size, 0x5a);
  std::memset(bytes.data(), 0, 64);
  std::memcpy(bytes.data() + 8, &text_offset, 8);
  std::memcpy(bytes.data() + 16, &image_size, 8);
  std::memcpy(bytes.data() + 56, "ARM\x64", 4);
  return bytes;
}

struct Section {
  std::uint32_t at;
  std::uint32_t bytes;
};

/// The same kernel with the header of an EFI application behind its own (Microsoft's PE Format).
inline Bytes with_sections(Bytes kernel, const std::vector<Section>& sections) {
  const auto put = [&kernel](std::size_t at, auto value) {
    std::memcpy(kernel.data() + at, &value, sizeof value);
  };
  constexpr std::uint32_t header = 64;
  constexpr std::uint16_t optional_header_bytes = 16;
  put(60, header);
  std::memcpy(kernel.data() + header, "PE\0\0", 4);
  put(header + 6, static_cast<std::uint16_t>(sections.size()));
  put(header + 20, optional_header_bytes);
  std::size_t entry = header + 24 + optional_header_bytes;
  for (const Section& section : sections) {
    put(entry + 16, section.bytes);
    put(entry + 20, section.at);
    entry += 40;
  }
  return kernel;
}

/// The same bytes, as gzip writes them.
inline Bytes packed(const Bytes& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  Bytes out(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// An ELF program of one segment, whose bytes stand behind the headers.
struct MadeProgram {
  Elf64_Ehdr header{};
  Elf64_Phdr segment{};
  Bytes contents = Bytes(16, 0xd5);

  explicit MadeProgram(std::uint64_t address) {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = EM_AARCH64;
    header.e_entry = address;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof segment;
    header.e_phnum = 1;
    segment.p_type = PT_LOAD;
    segment.p_offset = sizeof header + sizeof segment;
    segment.p_paddr = address;
    segment.p_filesz = contents.size();
    segment.p_memsz = contents.size() + 0x100;
  }
  Bytes bytes() const {
    Bytes all(sizeof header + sizeof segment);
    std::memcpy(all.data(), &header, sizeof header);
    std::memcpy(all.data() + sizeof header, &segment, sizeof segment);
    all.insert(all.end(), contents.begin(), contents.end());
    return all;
  }
};

}  // namespace doorbell::software
