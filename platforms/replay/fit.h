#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "platforms/replay/parameters.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/parameters.h"
#include "traces/format/record.h"

namespace doorbell::replay {

/// Whether a platform has what a replay of a workload needs: memory, functions, vectors, IDs, and
/// what the firmware's drivers can't do without. InputError that names the key, before anything is
/// built; `name` is what it calls the workload. What only its records ask for is found in the run.
void check_fit(const virt::VirtParameters& platform, const ReplayParameters& replay,
               const trace::Header& workload, const std::string& name);

/// The function that plays a stream.
struct Seat {
  std::size_t endpoint = 0;
  unsigned function = 0;
};
/// Streams of all copies, by number, are put on the first function of every endpoint, then on the
/// second, and so on.
Seat seat_of(const virt::VirtParameters& platform, std::size_t number);

/// How many ASIDs a copy of the workload takes, from 0 on.
std::uint64_t address_spaces_of(const trace::Header& workload);

/// Whether the SMMU translates for any stream: what bypasses it needs no tables.
bool is_translated(const ReplayParameters& replay, const trace::Header& workload);

/// MSI-X vectors of all streams of all copies.
std::size_t vectors_of(const ReplayParameters& replay, const trace::Header& workload);

/// How many bits the firmware's stream table takes: as many as the functions' StreamIDs have, or
/// what is usual if that is more.
unsigned stream_id_bits(const virt::VirtParameters& platform);

/// Whether devices' doorbells pass the SMMU untranslated.
bool has_doorbell_window(const virt::VirtParameters& platform);

/// The firmware's tables are between these addresses, and the traces' frames above them.
inline constexpr std::uint64_t tables = virt::ram_base + (16ULL << 20);
inline constexpr std::uint64_t tables_end = tables + (240ULL << 20);

}  // namespace doorbell::replay
