#pragma once

#include <cstddef>
#include <vector>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/configuration_lookup.h"
#include "doorbell/smmu/arch/table_access.h"
#include "tests/fuzz/input.h"

namespace doorbell::fuzz {

/// Doublewords that come again: an STE, a CD, and as many descriptors as there are bytes for.
class AnyTables : public smmu::TableAccess {
 public:
  explicit AnyTables(Input& input) {
    for (std::uint64_t& word : ste_)
      word = input.doubleword();
    for (std::uint64_t& word : cd_)
      word = input.doubleword();
    failures_ = input.take(2);
    while (!input.empty() && descriptors_.size() < most_descriptors)
      descriptors_.push_back(input.doubleword());
    if (descriptors_.empty()) descriptors_.push_back(0);
  }
  unsigned accesses() const { return accesses_; }
  /// Nothing fails, and nobody else writes: the same question has the same answer.
  void calm() { calm_ = true; }

 private:
  static constexpr std::size_t most_descriptors = 64;

  bool fails() {
    const unsigned n = accesses_++ % 16;
    return !calm_ && (failures_ >> n & 1) != 0 && failures_ >> 15 != 0;
  }
  std::uint64_t word_at(std::uint64_t address) const {
    return descriptors_[(address / 8 ^ address >> 12) % descriptors_.size()];
  }
  Task<smmu::Fault> find_configuration(const smmu::GlobalConfiguration& global,
                                       const smmu::Stream& stream,
                                       smmu::StreamConfiguration& result) override {
    if (!global.stream_table.contains(stream.stream_id)) {
      return Task<smmu::Fault>::ready(smmu::Fault{smmu::EventType::C_BAD_STREAMID});
    }
    return smmu::fetch_configuration(global, stream, result, *this);
  }
  Task<smmu::WalkStart> start(const smmu::TranslationTag&, std::uint64_t,
                              const smmu::WalkPosition& first, const smmu::Access&) override {
    return Task<smmu::WalkStart>::ready(smmu::WalkStart{.position = first});
  }
  void keep(const smmu::TranslationTag&, std::uint64_t, unsigned,
            const smmu::CachedStep&) override {}
  void finish(const smmu::TranslationTag&, const smmu::WalkResult&, unsigned, bool) override {}
  Task<bool> read(smmu::TablePurpose purpose, unsigned, std::uint64_t address,
                  std::span<std::uint8_t> data) override {
    if (fails()) return Task<bool>::ready(false);
    for (std::size_t at = 0; at < data.size(); at += 8) {
      const std::uint64_t word = purpose == smmu::TablePurpose::stream_table_entry ? ste_[at / 8]
                                 : purpose == smmu::TablePurpose::context_descriptor
                                     ? cd_[at / 8]
                                     : word_at(address);
      store_little_endian(data.subspan(at, 8), word);
    }
    return Task<bool>::ready(true);
  }
  Task<Exchanged> exchange(smmu::TablePurpose, unsigned, std::uint64_t address,
                           std::uint64_t expected, std::uint64_t) override {
    if (fails()) return Task<Exchanged>::ready(Exchanged{});
    // Every third one is lost to somebody.
    const std::uint64_t old =
        accesses_ % 3 == 0 && !calm_ ? word_at(address + accesses_) : expected;
    return Task<Exchanged>::ready(Exchanged{.ok = true, .old = old});
  }

  smmu::ConfigurationWords ste_{}, cd_{};
  std::uint64_t failures_ = 0;
  std::vector<std::uint64_t> descriptors_;
  unsigned accesses_ = 0;
  bool calm_ = false;
};

}  // namespace doorbell::fuzz
