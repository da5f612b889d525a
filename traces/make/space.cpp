#include "traces/make/space.h"

#include <algorithm>
#include <bit>

namespace doorbell::workload {

using trace::ItsCommand;
using trace::ItsOpcode;
using trace::page_bytes;

namespace {

/// The last page below 4 GiB, as Linux gives it to the first who asks; buffers lie above.
constexpr std::uint64_t doorbell_page = 0xffff'f000;
constexpr std::uint64_t translater = 0x40;  // GITS_TRANSLATER in its page: IHI 0069, 12.18
constexpr std::uint64_t first_iova = std::uint64_t{1} << 32;
constexpr std::uint32_t first_lpi = 8192;  // IHI 0069, 2.2

std::uint64_t aligned(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace

std::uint64_t pages_of(std::uint64_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes;
}

std::uint64_t Frames::take(std::uint64_t pages, std::uint64_t alignment) {
  const std::uint64_t first = aligned(next_, alignment);
  next_ = first + pages;
  return first;
}

Space::Space(std::uint32_t number, std::uint32_t events, const Mapping& mapping, Frames& frames)
    : info_{.stream = 8 * (number + 1),  // device 1, 2 and so on
            .device = 8 * (number + 1),
            .asid = number + 1,
            .events = events,
            .bypass = mapping.mode == Mapping::Mode::none},
      mapping_(mapping),
      frames_(frames),
      next_iova_(first_iova) {}

void Space::open_vectors(Emitter& emitter, std::uint32_t cpu) const {
  ItsCommand device{.opcode = ItsOpcode::MAPD, .device = info_.device};
  device.bits =
      static_cast<std::uint32_t>(std::max(1, static_cast<int>(std::bit_width(info_.events - 1))));
  device.valid = true;
  emitter.processor({}, device);
  for (std::uint32_t event = 0; event < info_.events; ++event) {
    ItsCommand one{.opcode = ItsOpcode::MAPTI, .device = info_.device, .event = event};
    one.collection = cpu + event;
    one.lpi = first_lpi + event;
    emitter.processor({}, one);
  }
  emitter.processor({}, trace::Map{.stream = stream(), .iova = doorbell_page, .pages = 1});
}

std::uint64_t Space::ring(Emitter& emitter, std::uint64_t bytes) {
  const std::uint64_t pages = pages_of(bytes);
  const std::uint64_t frame = frames_.take(pages, 1);
  if (info_.bypass) return frame * page_bytes;
  const std::uint64_t iova = addresses(pages * page_bytes, page_bytes);
  emitter.processor({}, trace::Map{.stream = stream(),
                                   .iova = iova,
                                   .pages = static_cast<std::uint32_t>(pages),
                                   .frame = frame});
  return iova;
}

std::uint64_t Space::memory(std::uint64_t bytes) {
  const std::uint64_t unit = mapping_.page_bytes();
  return frames_.take(aligned(bytes, unit) / page_bytes, unit / page_bytes);
}

std::uint64_t Space::addresses(std::uint64_t bytes, std::uint64_t alignment) {
  const std::uint64_t first = aligned(next_iova_, alignment);
  next_iova_ = first + bytes;
  return first;
}

trace::Map Space::buffers_at(std::uint64_t iova, std::uint64_t frame, std::uint64_t bytes) const {
  return {.stream = stream(),
          .iova = iova,
          .pages = static_cast<std::uint32_t>(aligned(bytes, mapping_.page_bytes()) / page_bytes),
          .frame = frame,
          .block = mapping_.page_size == Mapping::PageSize::block};
}

trace::Msi Space::signal(std::uint32_t event) const {
  return {.stream = stream(), .iova = doorbell_page + translater, .event = event};
}

}  // namespace doorbell::workload
