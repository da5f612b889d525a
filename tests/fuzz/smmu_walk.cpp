// A translation of which all that is in memory is the input's: both stages, updates of descriptors
// that others write meanwhile, reads that fail. It ends, and with what the configuration allows.
#include <cstddef>
#include <vector>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/configuration_lookup.h"
#include "doorbell/smmu/arch/procedure.h"
#include "tests/fuzz/smmu_input.h"
#include "tests/fuzz/smmu_structures.h"

namespace doorbell::fuzz {
namespace {

using smmu::TablePurpose;

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

 private:
  static constexpr std::size_t most_descriptors = 64;

  bool fails() { return (failures_ >> (accesses_++ % 16) & 1) != 0 && failures_ >> 15 != 0; }
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
  Task<bool> read(TablePurpose purpose, unsigned, std::uint64_t address,
                  std::span<std::uint8_t> data) override {
    if (fails()) return Task<bool>::ready(false);
    for (std::size_t at = 0; at < data.size(); at += 8) {
      const std::uint64_t word = purpose == TablePurpose::stream_table_entry   ? ste_[at / 8]
                                 : purpose == TablePurpose::context_descriptor ? cd_[at / 8]
                                                                               : word_at(address);
      store_little_endian(data.subspan(at, 8), word);
    }
    return Task<bool>::ready(true);
  }
  Task<Exchanged> exchange(TablePurpose, unsigned, std::uint64_t address, std::uint64_t expected,
                           std::uint64_t) override {
    if (fails()) return Task<Exchanged>::ready(Exchanged{});
    // Every third one is lost to somebody.
    const std::uint64_t old = accesses_ % 3 == 0 ? word_at(address + accesses_) : expected;
    return Task<Exchanged>::ready(Exchanged{.ok = true, .old = old});
  }

  smmu::ConfigurationWords ste_{}, cd_{};
  std::uint64_t failures_ = 0;
  std::vector<std::uint64_t> descriptors_;
  unsigned accesses_ = 0;
};

void check_translated(const smmu::TlbEntry& entry, const smmu::TranslationQuery& query,
                      const smmu::Features& features) {
  const std::uint64_t output = entry.translate(query.address);
  require((output & ~low_mask(features.output_address_bits)) == 0, "the output is within OAS");
  require(entry.leaf.permissions.allow(query.access), "what is translated is allowed");
  const std::uint64_t offset = low_mask(entry.leaf.size_log2);
  require(entry.bypass || (query.address & ~offset) == entry.input_base, "it maps the address");
  require((entry.leaf.output_base & offset) == 0 || entry.bypass, "it is aligned to its size");
}

}  // namespace

void run_walk(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  smmu::GlobalConfiguration global{.features = features_of(input)};
  const std::uint8_t choice = input.byte();
  global.enabled = (choice & 1) == 0;
  global.aborts_when_disabled = (choice & 2) != 0;
  global.E2H = (choice & 4) != 0;
  global.contiguous_entries = (choice & 8) != 0;
  global.stream_table = {.base = 0x1'0000, .log2_size = 8};
  if ((choice & 0x10) != 0) global.stream_table.split = 6;
  smmu::TranslationQuery query{.stream = {.stream_id = input.byte()}};
  query.address = input.doubleword();
  const std::uint8_t access = input.byte();
  query.access = {(access & 1) != 0, (access & 2) != 0, (access & 4) != 0};
  query.stream.substream_valid = (access & 8) != 0;
  query.stream.substream_id = static_cast<std::uint32_t>(input.take(2));
  AnyTables tables(input);
  const smmu::TranslationOutcome outcome = run_now(smmu::translate(global, query, tables));
  // 24 descriptors of nested walks and those of the CD, each exchanged 64 times at most.
  require(tables.accesses() < 64 * 40, "a translation ends");
  if (outcome.kind == smmu::TranslationOutcome::Kind::translated) {
    check_translated(outcome.entry, query, global.features);
  } else if (outcome.event.type != smmu::EventType::none) {
    const smmu::EventRecord record = smmu::encode(outcome.event);
    require(smmu::encode(smmu::decode_event(record)) == record, "its record says all of it");
  }
}

}  // namespace doorbell::fuzz
