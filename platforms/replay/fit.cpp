// What a replay needs of a platform, before the drivers find out by themselves.
#include "platforms/replay/fit.h"

#include <algorithm>
#include <bit>

#include "doorbell/core/arch/error.h"
#include "doorbell/gic/arch/its_tables.h"
#include "platforms/virt/address_space.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/requester_ids.h"

namespace doorbell::replay {
namespace {

static_assert(tables == virt::ram_base + (16ULL << 20));

constexpr unsigned usual_stream_id_bits = 16;
/// The first level of its stream table: 64 MiB of the memory for tables.
constexpr unsigned most_stream_id_bits = 31;
/// What it uses of the interrupts' numbers, as Linux does.
constexpr unsigned lpi_id_bits = 16;

void check_memory(const virt::VirtParameters& parameters) {
  const std::uint64_t needed = tables_end - virt::ram_base;
  if (parameters.ram.size >= needed) return;
  throw InputError("ram.size: expected at least " + std::to_string(needed) +
                   ", for the tables of the firmware's drivers, found " +
                   std::to_string(parameters.ram.size));
}

/// Of a frame of SPIs, or of LPIs.
void check_vectors(const virt::VirtParameters& parameters, std::size_t vectors) {
  const gic::DoorbellKind doorbell = parameters.gic.doorbell;
  if (doorbell == gic::DoorbellKind::v2m || doorbell == gic::DoorbellKind::spi) {
    if (vectors <= parameters.gic.messages.spis) return;
    throw InputError("gic.messages.spis: expected SPIs for all vectors of the workload's copies, " +
                     std::to_string(vectors) + ", found " +
                     std::to_string(parameters.gic.messages.spis));
  }
  const unsigned bits = std::min(parameters.gic.common.intid_bits, lpi_id_bits);
  const std::uint64_t lpis = (std::uint64_t{1} << bits) - gic::first_lpi;
  if (vectors <= lpis) return;
  throw InputError(
      "gic.common.intid_bits: expected LPIs for all vectors of the workload's copies, " +
      std::to_string(vectors) + ", found " + std::to_string(lpis) + " with INTIDs of " +
      std::to_string(bits) + " bits, of which firmware uses at most " +
      std::to_string(lpi_id_bits));
}

void check_stream_ids(const virt::VirtParameters& parameters) {
  const unsigned bits = stream_id_bits(parameters);
  if (bits <= most_stream_id_bits) return;
  throw InputError(
      "root_complex.stream_id_base, root_complex.stream_id_shift: expected StreamIDs of at most " +
      std::to_string(most_stream_id_bits) + " bits, for the firmware's stream table, found " +
      std::to_string(bits));
}

void check_granule(const virt::VirtParameters& parameters) {
  if (parameters.smmu.offered.granule_4k) return;
  throw InputError(
      "smmu.features.granule_4k: expected true, for the tables of the firmware's drivers, found "
      "false");
}

void check_translation(const virt::VirtParameters& parameters, Translation translation) {
  if (translation != Translation::stage_2 && !parameters.smmu.offered.stage1) {
    throw InputError(
        "smmu.features.stage1: expected true, for the stage 1 of replay.translation, found false");
  }
  if (translation == Translation::stage_1 || parameters.smmu.offered.stage2) return;
  throw InputError(
      "smmu.features.stage2: expected true, for the stage 2 of replay.translation, found false");
}

std::string name_of(gic::DoorbellKind doorbell) {
  using Kind = gic::DoorbellKind;
  return doorbell == Kind::its   ? "its"
         : doorbell == Kind::v2m ? "v2m"
         : doorbell == Kind::spi ? "spi"
                                 : "lpi";
}

/// Intermediate addresses have 40 bits (sw/scenarios/translation.c).
void check_intermediate_addresses(const virt::VirtParameters& parameters, Translation translation) {
  constexpr unsigned bits = 40;
  if (translation == Translation::stage_1) return;
  const auto offered = static_cast<unsigned>(parameters.smmu.output_address_size);
  if (offered < bits) {
    throw InputError("smmu.output_address_size: expected at least " + std::to_string(bits) +
                     ", for the stage 2 of replay.translation, found " + std::to_string(offered));
  }
  const gic::DoorbellKind doorbell = parameters.gic.doorbell;
  if (translation == Translation::nested && doorbell != gic::DoorbellKind::its) {
    throw InputError(
        "gic.doorbell: expected its, for the guest of replay.translation=nested, found " +
        name_of(doorbell));
  }
  if (doorbell == gic::DoorbellKind::lpi && !has_doorbell_window(parameters)) {
    throw InputError(
        "gic.doorbell: expected another, as replay.translation=stage_2 has no addresses for the "
        "doorbells of processors, found lpi");
  }
}

std::string of_endpoint(std::size_t endpoint, const char* key) {
  return "endpoints." + std::to_string(endpoint) + "." + key;
}

void check_functions(const virt::VirtParameters& parameters, std::uint32_t copies,
                     std::size_t streams, const std::string& name) {
  const std::size_t functions = virt::requester_ids(parameters).size();
  if (copies == 1 || copies * streams <= functions) return;
  throw InputError("replay.copies: expected at most " + std::to_string(functions / streams) +
                   ", as each of " + name + " needs " + std::to_string(streams) + " of " +
                   std::to_string(functions) + " functions, found " + std::to_string(copies) +
                   ": raise endpoints.N.functions, or take more endpoints "
                   "(platforms/presets/eight-drives.yaml)");
}

void check_events(const virt::VirtParameters& parameters, std::uint32_t events,
                  std::size_t endpoint, const std::string& name) {
  const auto refuse = [&](const std::string& limit, std::uint64_t value) {
    throw InputError(name, 0, "too many events for the platform",
                     "what " + limit + "=" + std::to_string(value) + " allows",
                     std::to_string(events));
  };
  const auto vectors = parameters.endpoints[endpoint].endpoint.function.msix_vectors;
  if (events > vectors) refuse(of_endpoint(endpoint, "function.msix_vectors"), vectors);
  const auto bits = parameters.gic.its.event_bits;
  if (events > std::uint64_t{1} << bits) refuse("gic.its.event_bits", bits);
}

/// The IDs by which SMMU and ITS know the function, and firmware's tables have an entry for it.
void check_ids(const virt::VirtParameters& parameters, pcie::RequesterId id) {
  constexpr std::uint32_t bits_of_device_table = 20;  // 8 MiB of it, without indirection
  const auto check = [&](std::uint64_t value, const char* name, const std::string& map,
                         const char* limit, std::uint32_t bits) {
    if (value >> bits == 0) return;
    throw InputError(std::string(limit) + ": expected room for " + name + " " +
                     std::to_string(value) + " of requester ID " + std::to_string(id) +
                     " by root_complex." + map + "_base and root_complex." + map +
                     "_shift, found " + std::to_string(bits) + " bits");
  };
  const std::uint32_t device_id = parameters.root_complex.device_id(id);
  check(parameters.root_complex.stream_id(id), "StreamID", "stream_id", "smmu.stream_id_bits",
        parameters.smmu.stream_id_bits);
  check(device_id, "DeviceID", "device_id", "gic.its.device_bits", parameters.gic.its.device_bits);
  check(device_id, "DeviceID", "device_id", "the firmware's device table", bits_of_device_table);
}

void check_stream(const virt::VirtParameters& parameters, const trace::StreamInfo& stream,
                  std::size_t number, const std::string& name) {
  const Seat seat = seat_of(parameters, number);
  const pcie::EndpointParameters& endpoint = parameters.endpoints[seat.endpoint].endpoint;
  if (seat.function >= endpoint.functions) {
    throw InputError(name, 0, "too many streams for the platform",
                     "at most one for each function of the endpoints",
                     "stream number " + std::to_string(number + 1) + " for function " +
                         std::to_string(seat.function) + " of endpoint " +
                         std::to_string(seat.endpoint) + " with " +
                         of_endpoint(seat.endpoint, "functions") + "=" +
                         std::to_string(endpoint.functions));
  }
  if (endpoint.kind != pcie::FunctionKind::dma)
    throw InputError(of_endpoint(seat.endpoint, "kind") +
                     ": expected dma, for the functions of a replay, found nvme");
  check_events(parameters, stream.events, seat.endpoint, name);
  check_ids(parameters, virt::requester_id_of(parameters, seat.endpoint, seat.function));
}

/// Stage 2 by itself numbers VMIDs, from 1 on (sw/scenarios/translation.c).
void check_address_spaces(const virt::VirtParameters& parameters, const ReplayParameters& replay,
                          std::uint64_t spaces, const std::string& name) {
  const bool by_vmid = replay.translation == Translation::stage_2;
  const smmu::OfferedFeatures& offered = parameters.smmu.offered;
  const auto bits = static_cast<unsigned>(by_vmid ? offered.vmid_size : offered.asid_size);
  const std::uint64_t most = (std::uint64_t{1} << bits) - (by_vmid ? 1 : 0);
  if (spaces * replay.copies <= most) return;
  throw InputError(name, 0, "too many address spaces",
                   "at most " + std::to_string(most) + " in all copies by smmu.features." +
                       (by_vmid ? "vmid_size=" : "asid_size=") + std::to_string(bits),
                   std::to_string(spaces * replay.copies));
}

}  // namespace

Seat seat_of(const virt::VirtParameters& platform, std::size_t number) {
  const std::size_t endpoints = platform.endpoints.size();
  return {number % endpoints, static_cast<unsigned>(number / endpoints)};
}

std::uint64_t address_spaces_of(const trace::Header& workload) {
  std::uint64_t spaces = 0;
  for (const trace::StreamInfo& stream : workload.streams)
    spaces = std::max<std::uint64_t>(spaces, std::uint64_t{stream.asid} + 1);
  return spaces;
}

std::size_t vectors_of(const ReplayParameters& replay, const trace::Header& workload) {
  std::size_t vectors = 0;
  for (const trace::StreamInfo& stream : workload.streams)
    vectors += stream.events;
  return vectors * replay.copies;
}

bool is_translated(const ReplayParameters& replay, const trace::Header& workload) {
  return !replay.bypass &&
         !std::all_of(workload.streams.begin(), workload.streams.end(),
                      [](const trace::StreamInfo& stream) { return stream.bypass; });
}

unsigned stream_id_bits(const virt::VirtParameters& parameters) {
  unsigned bits = usual_stream_id_bits;
  for (const pcie::RequesterId id : virt::requester_ids(parameters)) {
    const std::uint32_t stream = parameters.root_complex.stream_id(id);
    bits = std::max(bits, static_cast<unsigned>(std::bit_width(stream)));
  }
  return bits;
}

bool has_doorbell_window(const virt::VirtParameters& parameters) {
  const auto doorbells = virt::doorbells(parameters);
  return std::all_of(doorbells.begin(), doorbells.end(), [&](std::uint64_t doorbell) {
    return parameters.smmu.reserved_window.contains(doorbell);
  });
}

void check_fit(const virt::VirtParameters& platform, const ReplayParameters& replay,
               const trace::Header& workload, const std::string& name) {
  check_memory(platform);
  check_vectors(platform, vectors_of(replay, workload));
  check_stream_ids(platform);
  check_functions(platform, replay.copies, workload.streams.size(), name);
  std::size_t number = 0;
  for (std::uint32_t copy = 0; copy < replay.copies; ++copy) {
    for (const trace::StreamInfo& stream : workload.streams)
      check_stream(platform, stream, number++, name);
  }
  if (!is_translated(replay, workload)) return;
  check_granule(platform);
  check_translation(platform, replay.translation);
  check_intermediate_addresses(platform, replay.translation);
  check_address_spaces(platform, replay, address_spaces_of(workload), name);
}

}  // namespace doorbell::replay
