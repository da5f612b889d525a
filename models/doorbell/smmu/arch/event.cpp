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
constexpr BitField reason{0, 16};
constexpr BitField span{0, 8};
constexpr BitField stag{0, 16};
constexpr BitField stall{31, 1};
constexpr BitField pnu{33, 1};
constexpr BitField ind{34, 1};
constexpr BitField rnw{35, 1};
// Of F_BAD_ATS_TREQ, where PnU, InD and RnW are of other events, and beside them.
constexpr BitField request_privileged{33, 1};
constexpr BitField request_execute{34, 1};
constexpr BitField request_read{35, 1};
constexpr BitField request_write{36, 1};
constexpr BitField s2{39, 1};
constexpr BitField event_class{40, 2};
constexpr BitField ttrnw{44, 1};
// Doubleword 2
constexpr BitField page_offset{0, 12};
// Doubleword 3
constexpr BitField fetch_address{3, 53};
constexpr BitField ipa{12, 44};

using Substream = EventLayout::Substream;

std::uint64_t encode_stream(const Event& event, const EventLayout& layout) {
  std::uint64_t word = event_number.make(static_cast<std::uint64_t>(event.type)) |
                       stream_id.make(event.stream.stream_id);
  if (layout.substream == Substream::none || !event.stream.substream_valid) return word;
  word |= substream_id.make(event.stream.substream_id);
  return layout.substream == Substream::qualified ? word | ssv.make(1) : word;
}

/// A stage 1 walk that aborts is of class TT, every other stage 1 fault of class IN (7.3.12).
EventClass class_of(const Event& event) {
  if (event.stage2) return event.event_class;
  return event.type == EventType::F_WALK_EABT ? EventClass::ttd : EventClass::in;
}

std::uint64_t encode_cause(const Event& event, const EventLayout& layout) {
  std::uint64_t word = 0;
  if (layout.access) {
    const bool whole = event.type != EventType::F_TRANSL_FORBIDDEN;
    word |= rnw.make(event.access.write ? 0 : 1);
    word |= pnu.make(whole && event.access.privileged ? 1 : 0);
    // A write is never an instruction's (13.1.2).
    word |= ind.make(whole && event.access.instruction && !event.access.write ? 1 : 0);
  }
  if (layout.request) {
    word |= span.make(event.span) | request_read.make(1) |
            request_privileged.make(event.access.privileged ? 1 : 0) |
            request_execute.make(event.access.instruction ? 1 : 0) |
            request_write.make(event.access.write ? 1 : 0);
  }
  if (layout.reason) word |= reason.make(event.reason);
  if (layout.stage) word |= s2.make(event.stage2 ? 1 : 0);
  if (layout.event_class) word |= event_class.make(static_cast<std::uint64_t>(class_of(event)));
  if (layout.stall && event.stall) word |= stall.make(1) | stag.make(event.stag);
  const bool of_table = event.stage2 && event.event_class == EventClass::ttd;
  if (layout.table_read && of_table) word |= ttrnw.make(event.table_write ? 0 : 1);
  return word;
}

void decode_cause(Event& event, const EventLayout& layout, std::uint64_t word) {
  if (layout.access) {
    event.access.write = !rnw.test(word);
    event.access.privileged = pnu.test(word);
    event.access.instruction = ind.test(word);
  }
  if (layout.request) {
    event.span = static_cast<std::uint8_t>(span.get(word));
    event.access.privileged = request_privileged.test(word);
    event.access.instruction = request_execute.test(word);
    event.access.write = request_write.test(word);
  }
  if (layout.reason) event.reason = static_cast<std::uint16_t>(reason.get(word));
  if (layout.stage) event.stage2 = s2.test(word);
  if (layout.event_class) event.event_class = static_cast<EventClass>(event_class.get(word));
  if (layout.stall && stall.test(word)) {
    event.stall = true;
    event.stag = static_cast<std::uint16_t>(stag.get(word));
  }
  const bool of_table = event.stage2 && event.event_class == EventClass::ttd;
  if (layout.table_read && of_table) event.table_write = !ttrnw.test(word);
}

}  // namespace

std::string_view to_string(EventType type) {
  if (type == EventType::none) return "none";
  const EventLayout* const layout = layout_of(type);
  return layout != nullptr ? layout->name : "reserved";
}

EventRecord encode(const Event& event) {
  const EventLayout* const layout = layout_of(event.type);
  if (layout == nullptr) return {};
  EventRecord record{encode_stream(event, *layout), encode_cause(event, *layout), 0, 0};
  if (layout->input_address) record[2] = event.input_address;
  if (event.type == EventType::E_PAGE_REQUEST) record[2] &= ~page_offset.mask();
  if (layout->fetch_address) record[3] = event.fetch_address & fetch_address.mask();
  if (layout->ipa && event.stage2) record[3] = event.ipa & ipa.mask();
  return record;
}

Event decode_event(const EventRecord& record) {
  Event event;
  event.type = static_cast<EventType>(event_number.get(record[0]));
  event.stream.stream_id = static_cast<std::uint32_t>(stream_id.get(record[0]));
  const EventLayout* const layout = layout_of(event.type);
  if (layout == nullptr) return event;
  if (layout->substream != Substream::none) {
    event.stream.substream_valid = layout->substream == Substream::always || ssv.test(record[0]);
    event.stream.substream_id = static_cast<std::uint32_t>(substream_id.get(record[0]));
  }
  decode_cause(event, *layout, record[1]);
  if (layout->input_address) event.input_address = record[2];
  if (layout->fetch_address) event.fetch_address = record[3] & fetch_address.mask();
  if (layout->ipa && event.stage2) event.ipa = record[3] & ipa.mask();
  return event;
}

bool is_translation_fault(EventType type) {
  const EventLayout* const layout = layout_of(type);
  return layout != nullptr && layout->stall;
}

bool may_merge(const Event& first, const Event& second, bool MEV) {
  const EventLayout* const layout = layout_of(first.type);
  if (layout == nullptr || first.type != second.type) return false;
  if (!MEV && !layout->always_merges) return false;
  if (layout->stall && (first.stall || second.stall)) return false;
  EventRecord a = encode(first), b = encode(second);
  // Of F_UUT the offset is a defined field as any other.
  if (first.type != EventType::F_UUT) {
    a[2] &= ~page_offset.mask();
    b[2] &= ~page_offset.mask();
  }
  return a == b;
}

}  // namespace doorbell::smmu
