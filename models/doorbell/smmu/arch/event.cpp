#include "doorbell/smmu/arch/event.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

// Doubleword 0
constexpr BitField event_number{0, 8};
constexpr BitField ssv{11, 1};
constexpr BitField substream_id{12, 20};
constexpr BitField stream_id{32, 32};
// Doubleword 1
constexpr BitField pnu{33, 1};
constexpr BitField ind{34, 1};
constexpr BitField rnw{35, 1};
constexpr BitField s2{39, 1};
constexpr BitField event_class{40, 2};
constexpr BitField ttrnw{44, 1};
// Doubleword 3
constexpr BitField fetch_address{3, 53};
constexpr BitField ipa{12, 44};

bool has_input_address(EventType type) {
  return type == EventType::F_UUT || type >= EventType::F_WALK_EABT;
}

bool has_fetch_address(EventType type) {
  return type == EventType::F_STE_FETCH || type == EventType::F_CD_FETCH ||
         type == EventType::F_WALK_EABT;
}

bool has_class(EventType type) {
  return type >= EventType::F_WALK_EABT;
}

bool has_table_access(const Event& event) {
  return event.type == EventType::F_PERMISSION && event.stage2 &&
         event.event_class == EventClass::ttd;
}

std::uint64_t encode_stream(const Event& event) {
  std::uint64_t word = event_number.make(static_cast<std::uint64_t>(event.type)) |
                       stream_id.make(event.stream.stream_id);
  if (event.type == EventType::F_STREAM_DISABLED) return word;  // has no SubstreamID
  if (event.stream.substream_valid) {
    word |= substream_id.make(event.stream.substream_id);
    if (event.type != EventType::C_BAD_SUBSTREAMID) word |= ssv.make(1);  // always valid there
  }
  return word;
}

}  // namespace

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::none:
      return "none";
    case EventType::F_UUT:
      return "F_UUT";
    case EventType::C_BAD_STREAMID:
      return "C_BAD_STREAMID";
    case EventType::F_STE_FETCH:
      return "F_STE_FETCH";
    case EventType::C_BAD_STE:
      return "C_BAD_STE";
    case EventType::F_STREAM_DISABLED:
      return "F_STREAM_DISABLED";
    case EventType::C_BAD_SUBSTREAMID:
      return "C_BAD_SUBSTREAMID";
    case EventType::F_CD_FETCH:
      return "F_CD_FETCH";
    case EventType::C_BAD_CD:
      return "C_BAD_CD";
    case EventType::F_WALK_EABT:
      return "F_WALK_EABT";
    case EventType::F_TRANSLATION:
      return "F_TRANSLATION";
    case EventType::F_ADDR_SIZE:
      return "F_ADDR_SIZE";
    case EventType::F_ACCESS:
      return "F_ACCESS";
    case EventType::F_PERMISSION:
      return "F_PERMISSION";
  }
  return "reserved";
}

EventRecord encode(const Event& event) {
  EventRecord record{encode_stream(event), 0, 0, 0};
  if (has_input_address(event.type)) {
    record[1] |= rnw.make(event.access.write ? 0 : 1) | pnu.make(event.access.privileged ? 1 : 0) |
                 ind.make(event.access.instruction && !event.access.write ? 1 : 0);
    record[2] = event.input_address;
  }
  if (has_class(event.type)) {
    // A stage 1 walk that aborts is of class TTD, every other stage 1 fault of class IN (7.3.12).
    const auto c = event.type == EventType::F_WALK_EABT ? EventClass::ttd : EventClass::in;
    record[1] |= s2.make(event.stage2 ? 1 : 0) |
                 event_class.make(static_cast<std::uint64_t>(event.stage2 ? event.event_class : c));
  }
  if (has_table_access(event)) record[1] |= ttrnw.make(event.table_write ? 0 : 1);
  if (has_fetch_address(event.type)) {
    record[3] = event.fetch_address & fetch_address.mask();
  } else if (has_class(event.type) && event.stage2) {
    record[3] = event.ipa & ipa.mask();
  }
  return record;
}

Event decode_event(const EventRecord& record) {
  Event event;
  event.type = static_cast<EventType>(event_number.get(record[0]));
  event.stream.stream_id = static_cast<std::uint32_t>(stream_id.get(record[0]));
  event.stream.substream_valid = ssv.test(record[0]) || event.type == EventType::C_BAD_SUBSTREAMID;
  event.stream.substream_id = static_cast<std::uint32_t>(substream_id.get(record[0]));
  if (has_input_address(event.type)) {
    event.access.write = !rnw.test(record[1]);
    event.access.privileged = pnu.test(record[1]);
    event.access.instruction = ind.test(record[1]);
    event.input_address = record[2];
  }
  if (has_fetch_address(event.type)) event.fetch_address = record[3] & fetch_address.mask();
  if (has_class(event.type) && s2.test(record[1])) {
    event.stage2 = true;
    event.event_class = static_cast<EventClass>(event_class.get(record[1]));
    if (!has_fetch_address(event.type)) event.ipa = record[3] & ipa.mask();
    event.table_write = has_table_access(event) && !ttrnw.test(record[1]);
  }
  return event;
}

bool is_translation_fault(EventType type) {
  return type == EventType::F_TRANSLATION || type == EventType::F_ADDR_SIZE ||
         type == EventType::F_ACCESS || type == EventType::F_PERMISSION;
}

}  // namespace doorbell::smmu
