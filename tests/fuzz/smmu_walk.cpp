// A translation of which all that is in memory is the input's: both stages, updates of descriptors
// that others write meanwhile, reads that fail. It ends, and with what the configuration allows.
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/procedure.h"
#include "tests/fuzz/any_tables.h"
#include "tests/fuzz/smmu_input.h"
#include "tests/fuzz/smmu_structures.h"

namespace doorbell::fuzz {
namespace {

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
