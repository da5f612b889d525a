#include "tests/smmu/reference/translation.h"

#include <algorithm>

namespace doorbell::smmu::reference {
namespace {

/// What ends a translation, from however deep inside.
struct Stop {
  Ending ending;
};

[[noreturn]] void stop(Number number, unsigned stage, Class cause, std::uint64_t ipa,
                       std::uint64_t fetch = 0) {
  throw Stop{{.number = number, .stage = stage, .cause = cause, .ipa = ipa, .fetch = fetch}};
}

std::uint64_t field(std::uint64_t word, unsigned high, unsigned low) {
  return (word >> low) & (~0ULL >> (63 - (high - low)));
}

/// A memory attribute: strength grows with the number. Device types 0 to 3, as DDI 0487 orders
/// them, or two levels of caches, 0 Non-cacheable, 1 Write-Through, 2 Write-Back, with hints.
struct Attribute {
  bool device = false;
  unsigned type = 0;
  struct Level {
    unsigned cached = 0;
    unsigned hints = 0;  ///< transient, read, write: bits 2, 1, 0
  } inner, outer;
  unsigned share = 2;
};

constexpr unsigned allocate = 3;

Attribute::Level tidy(Attribute::Level level) {
  if (level.cached == 0) return {};
  if ((level.hints & 3) == 0) level.hints = 0;
  return level;
}

Attribute tidy(Attribute a) {
  if (a.device) return {.device = true, .type = a.type};
  a.inner = tidy(a.inner);
  a.outer = tidy(a.outer);
  if (a.share == 1) a.share = 0;
  if (a.inner.cached == 0 && a.outer.cached == 0) a.share = 2;
  return a;
}

/// MAIR_ELx.Attr, four bits of it: 0000 and others that are reserved aside.
Attribute::Level level_of_mair(unsigned nibble) {
  switch (nibble >> 2) {
    case 0:
      return {1, 4 | (nibble & 3)};
    case 1:
      return nibble == 4 ? Attribute::Level{} : Attribute::Level{2, 4 | (nibble & 3)};
    case 2:
      return {1, nibble & 3};
    default:
      return {2, nibble & 3};
  }
}

Attribute of_mair(unsigned byte, unsigned share) {
  const unsigned high = byte / 16, low = byte % 16;
  if (high == 0) return {.device = true, .type = low % 4 == 0 ? low / 4 : 0};
  if (low == 0) return {.device = true};
  return tidy({.inner = level_of_mair(low), .outer = level_of_mair(high), .share = share});
}

unsigned to_mair(const Attribute::Level& level) {
  if (level.cached == 0) return 4;
  return (level.hints & 4 ? 0 : 8) + (level.cached == 2 ? 4 : 0) + (level.hints & 3);
}
unsigned to_mair(const Attribute& a) {
  return a.device ? a.type * 4 : to_mair(a.outer) * 16 + to_mair(a.inner);
}

Attribute::Level weaker(const Attribute::Level& above, unsigned below) {
  return {std::min(above.cached, below), above.cached == 0 ? allocate : above.hints};
}

unsigned wider(unsigned a, unsigned b) {
  const auto rank = [](unsigned share) { return share == 2 ? 2 : share == 3 ? 1 : 0; };
  return rank(a) >= rank(b) ? a : b;
}

/// Table D8-96 and its neighbours, without S2FWB.
Attribute combine(const Attribute& above, unsigned memattr, unsigned share) {
  const unsigned high = memattr / 4, low = memattr % 4;
  const bool device = high == 0 || low == 0;
  const unsigned type = high == 0 ? low : 0;
  if (device) return {.device = true, .type = above.device ? std::min(above.type, type) : type};
  if (above.device) return above;
  return tidy({.inner = weaker(above.inner, low - 1),
               .outer = weaker(above.outer, high - 1),
               .share = wider(above.share, share == 1 ? 0 : share)});
}

/// Table D8-101, with S2FWB.
Attribute force(const Attribute& above, unsigned memattr, unsigned share) {
  const unsigned three = memattr % 8;
  const unsigned both = wider(above.share, share == 1 ? 0 : share);
  if (three < 4 || three == 4) {
    const unsigned type = three % 4;
    return {.device = true, .type = above.device ? std::min(above.type, type) : type};
  }
  if (three == 5) return above.device ? above : tidy({.share = both});
  if (three == 7) {
    if (above.device) return above;
    Attribute kept = above;
    kept.share = both;
    return tidy(kept);
  }
  const auto back = [](const Attribute::Level& level) {
    return Attribute::Level{2, level.cached == 0 ? allocate : level.hints};
  };
  return tidy({.inner = back(above.inner), .outer = back(above.outer), .share = both});
}

/// What stage 2 says of a page.
struct Page {
  std::uint64_t output = 0, bytes = 0;
  unsigned S2AP = 0, XN = 0, memattr = 0, share = 0;

  bool lets(bool write, bool privileged, bool instruction) const {
    if (write) return (S2AP & 2) != 0;
    if (!instruction) return (S2AP & 1) != 0;
    const bool by_privileged[] = {true, false, false, true};
    const bool by_unprivileged[] = {true, true, false, false};
    return privileged ? by_privileged[XN] : by_unprivileged[XN];
  }
};

class Below {
 public:
  Below(const Stage2& stage2, const Store& store) : s_(stage2), store_(store) {
    page_bits_ = s_.granule_kilobytes == 4 ? 12 : s_.granule_kilobytes == 16 ? 14 : 16;
    index_bits_ = page_bits_ - 3;
    input_bits_ = 64 - s_.T0SZ;
    output_bits_ = std::min(s_.PS_bits, s_.OAS_bits);
    large_ = page_bits_ == 16 && s_.OAS_bits == 52;
  }

  Page walk(std::uint64_t ipa, Class cause) const {
    if (ipa >> input_bits_ != 0) stop(Number::translation, 2, cause, ipa);
    const unsigned level = first_level();
    const unsigned resolved = input_bits_ - lowest(level);
    // All of the concatenated tables together are aligned to their size.
    std::uint64_t size = 8ULL << resolved;
    size = std::max<std::uint64_t>(size, output_bits_ == 52 ? 64 : 16);
    return look_up(ipa, cause, level, s_.TTB / size * size, resolved);
  }

  const Stage2& setup() const { return s_; }

 private:
  unsigned first_level() const {
    const unsigned of_4[] = {2, 1, 0}, of_others[] = {3, 2, 1};
    return page_bits_ == 12 ? of_4[s_.SL0] : of_others[s_.SL0];
  }
  unsigned lowest(unsigned level) const { return page_bits_ + index_bits_ * (3 - level); }

  std::uint64_t address_in(std::uint64_t word, unsigned low) const {
    std::uint64_t address = field(word, 47, low) << low;
    if (large_) address |= field(word, 15, 12) << 48;
    return address;
  }

  Page look_up(std::uint64_t ipa, Class cause, unsigned level, std::uint64_t table,
               unsigned resolved) const {
    const unsigned low = lowest(level);
    const std::uint64_t where = table + 8 * ((ipa >> low) % (1ULL << resolved));
    const auto word = store_(where, Kind::stage2_descriptor);
    if (!word) stop(Number::walk_abort, 2, cause, ipa, where);
    const bool last = level == 3, bit_1 = field(*word, 1, 1) != 0;
    const bool block = !bit_1 && (level == 2 || (level == 1 && (page_bits_ == 12 || large_)));
    const bool leaf = last ? bit_1 : block;
    if (field(*word, 0, 0) == 0 || (!leaf && (last || !bit_1))) {
      stop(Number::translation, 2, cause, ipa);
    }
    const std::uint64_t next = address_in(*word, leaf ? low : page_bits_);
    if (next >> output_bits_ != 0) stop(Number::address_size, 2, cause, ipa);
    if (!leaf) return look_up(ipa, cause, level + 1, next, index_bits_);
    if (field(*word, 10, 10) == 0 && !s_.AFFD) stop(Number::access_flag, 2, cause, ipa);
    return {.output = next + ipa % (1ULL << low),
            .bytes = s_.groups ? bytes_of_group({s_.granule_kilobytes, level, input_bits_, ipa,
                                                 *word, next, low})
                               : 1ULL << low,
            .S2AP = static_cast<unsigned>(field(*word, 7, 6)),
            .XN = static_cast<unsigned>(field(*word, 54, 53)),
            .memattr = static_cast<unsigned>(field(*word, 5, 2)),
            .share = static_cast<unsigned>(field(*word, 9, 8))};
  }

  const Stage2& s_;
  const Store& store_;
  unsigned page_bits_, index_bits_, input_bits_, output_bits_;
  bool large_;
};

/// Where a CD or a stage 1 descriptor is: a privileged read of data.
std::uint64_t structure(const Below* below, std::uint64_t address, Class cause) {
  if (below == nullptr) return address;
  const Page page = below->walk(address, cause);
  const bool device = below->setup().FWB ? page.memattr % 8 < 4 : page.memattr < 4;
  if (!page.lets(false, true, false) || (device && below->setup().PTW)) {
    stop(Number::permission, 2, cause, address);
  }
  return page.output;
}

Number number_of(Fault fault) {
  switch (fault) {
    case Fault::translation:
      return Number::translation;
    case Fault::address_size:
      return Number::address_size;
    case Fault::access_flag:
      return Number::access_flag;
    case Fault::none:
      break;
  }
  return Number::none;
}

/// Stage 1: its output, an IPA with stage 2, and all that it says.
Ending above(const Setup& setup, const Asked& asked, const Below* below, const Store& store) {
  const std::uint64_t cd = structure(below, setup.CD, Class::cd);
  if (!store(cd, Kind::cd)) stop(Number::cd_fetch, 1, Class::in, 0, cd);
  const Regime& regime = *setup.stage1;
  if (field(asked.address, 55, 55) != static_cast<std::uint64_t>(regime.upper_half)) {
    stop(Number::translation, 1, Class::in, 0);  // the other half is disabled
  }
  const Memory memory = [&](std::uint64_t where) {
    const std::uint64_t physical = structure(below, where, Class::tt);
    const auto word = store(physical, Kind::stage1_descriptor);
    if (!word) stop(Number::walk_abort, 1, Class::tt, 0, physical);
    return *word;
  };
  const Result found = walk(regime, asked.address, memory);
  if (found.fault != Fault::none) stop(number_of(found.fault), 1, Class::in, 0);
  if (!found.allowed[asked.write][asked.privileged][asked.instruction && !asked.write]) {
    stop(Number::permission, 1, Class::in, 0);
  }
  return {.output = found.output,
          .bytes = found.bytes,
          .allowed = found.allowed,
          .attribute = static_cast<unsigned>(
              field(setup.MAIR, 8 * found.attribute_index + 7, 8 * found.attribute_index)),
          .shareability = found.shareability};
}

}  // namespace

Ending translate(const Setup& setup, const Asked& asked, const Store& store) {
  try {
    std::optional<Below> stage2;
    if (setup.stage2) stage2.emplace(*setup.stage2, store);
    const Below* const below = stage2 ? &*stage2 : nullptr;
    Ending ending;
    Attribute attribute;
    if (setup.stage1) {
      ending = above(setup, asked, below, store);
      attribute = of_mair(ending.attribute, ending.shareability);
    } else {
      if (asked.address >> setup.OAS_bits != 0) stop(Number::address_size, 1, Class::in, 0);
      ending.output = asked.address;
      ending.bytes = ~0ULL;
      for (auto& write : ending.allowed)
        for (auto& privileged : write)
          privileged = {true, true};
      // What comes in is Write-Back, allocated, Non-shareable (IHI 0070 13.1.3).
      attribute = {.inner = {2, allocate}, .outer = {2, allocate}, .share = 0};
    }
    if (below != nullptr) {
      const std::uint64_t ipa = ending.output;
      const Page page = below->walk(ipa, Class::in);
      if (!page.lets(asked.write, asked.privileged, asked.instruction && !asked.write)) {
        stop(Number::permission, 2, Class::in, ipa);
      }
      ending.output = page.output;
      ending.bytes = std::min(ending.bytes, page.bytes);
      for (const bool write : {false, true})
        for (const bool privileged : {false, true})
          for (const bool instruction : {false, true})
            ending.allowed[write][privileged][instruction] &=
                page.lets(write, privileged, instruction && !write);
      attribute = below->setup().FWB ? force(attribute, page.memattr, page.share)
                                     : combine(attribute, page.memattr, page.share);
    }
    ending.attribute = to_mair(attribute);
    ending.shareability = attribute.share;
    return ending;
  } catch (const Stop& stopped) {
    return stopped.ending;
  }
}

std::optional<std::uint64_t> locate_cd(const Setup& setup, const Store& store) {
  if (!setup.stage2) return setup.CD;
  try {
    const Below below(*setup.stage2, store);
    return structure(&below, setup.CD, Class::cd);
  } catch (const Stop&) {
    return std::nullopt;
  }
}

std::array<std::uint64_t, 4> record(const Ending& ending, const Asked& asked) {
  std::array<std::uint64_t, 4> words{};
  words[0] = static_cast<std::uint64_t>(ending.number) + (std::uint64_t{asked.stream} << 32);
  if (ending.number == Number::cd_fetch) {
    words[3] = ending.fetch;
    return words;
  }
  const auto put = [&](unsigned bit, std::uint64_t value) { words[1] += value << (bit - 64); };
  put(97, asked.privileged ? 1 : 0);
  put(98, asked.instruction && !asked.write ? 1 : 0);
  put(99, asked.write ? 0 : 1);
  put(103, ending.stage - 1);
  put(104, static_cast<std::uint64_t>(ending.cause));
  // TTRnW: descriptors are read, without hardware updates.
  const bool of_table = ending.stage == 2 && ending.cause == Class::tt;
  if (ending.number == Number::permission && of_table) put(108, 1);
  words[2] = asked.address;
  if (ending.number == Number::walk_abort) {
    words[3] = ending.fetch;
  } else if (ending.stage == 2) {
    words[3] = ending.ipa / 4096 * 4096;
  }
  return words;
}

}  // namespace doorbell::smmu::reference
