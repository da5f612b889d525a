#include "platforms/software/symbols.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

namespace doorbell::software {
namespace {

using Part = std::span<const std::uint8_t>;

/// Empty where the file hasn't got it.
Part part(Part file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset) return {};
  return file.subspan(offset, size);
}

template <class Record>
std::optional<Record> record(Part file, std::uint64_t offset) {
  const Part bytes = part(file, offset, sizeof(Record));
  if (bytes.empty()) return std::nullopt;
  Record record;
  std::memcpy(&record, bytes.data(), sizeof record);
  return record;
}

std::optional<Elf64_Shdr> section(Part file, const Elf64_Ehdr& header, std::uint64_t number) {
  if (number >= header.e_shnum || header.e_shentsize != sizeof(Elf64_Shdr)) return std::nullopt;
  if (header.e_shoff > file.size()) return std::nullopt;
  return record<Elf64_Shdr>(file, header.e_shoff + number * sizeof(Elf64_Shdr));
}

Part contents(Part file, const Elf64_Shdr& section) {
  return part(file, section.sh_offset, section.sh_size);
}

/// Functions and labels of assembly. Those that begin with `$` map code and data (ELF for AArch64,
/// 5.5.4).
std::string_view name(const Elf64_Sym& symbol, Part names) {
  const unsigned type = ELF64_ST_TYPE(symbol.st_info);
  const bool code = type == STT_FUNC || type == STT_NOTYPE;
  if (!code || symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) return {};
  if (symbol.st_name >= names.size()) return {};
  const Part from = names.subspan(symbol.st_name);
  const auto end = std::find(from.begin(), from.end(), std::uint8_t{0});
  if (end == from.end() || from[0] == '$') return {};
  return {reinterpret_cast<const char*>(from.data()), static_cast<std::size_t>(end - from.begin())};
}

}  // namespace

Symbols::Symbols(const ElfImage& program) {
  const Part file = program.file;
  for (const ElfImage::Segment& segment : program.segments)
    segments_.emplace_back(segment.address, segment.address + (segment.size - 1));
  const auto header = record<Elf64_Ehdr>(file, 0);
  if (!header) return;
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const auto table = section(file, *header, i);
    if (!table || table->sh_type != SHT_SYMTAB) continue;
    const auto strings = section(file, *header, table->sh_link);
    if (!strings) continue;
    const Part symbols = contents(file, *table), names = contents(file, *strings);
    for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= symbols.size(); at += sizeof(Elf64_Sym)) {
      const Elf64_Sym symbol = *record<Elf64_Sym>(symbols, at);
      if (const std::string_view text = name(symbol, names); !text.empty())
        names_.try_emplace(symbol.st_value, text);
    }
  }
}

std::string Symbols::name_of(std::uint64_t address) const {
  const auto segment = std::find_if(
      segments_.begin(), segments_.end(),
      [address](const auto& range) { return range.first <= address && address <= range.second; });
  auto found = names_.upper_bound(address);
  if (segment == segments_.end() || found == names_.begin()) return "";
  --found;
  if (found->first < segment->first) return "";
  const std::uint64_t offset = address - found->first;
  return offset == 0 ? found->second : fmt::format("{}+{:#x}", found->second, offset);
}

}  // namespace doorbell::software
