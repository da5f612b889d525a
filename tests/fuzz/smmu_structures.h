#pragma once

#include <cstdint>
#include <span>

namespace doorbell::fuzz {

/// An STE of any 64 bytes, with any features (IHI 0070 5.2).
void run_ste(std::span<const std::uint8_t> bytes);
/// A CD (5.4).
void run_cd(std::span<const std::uint8_t> bytes);
/// A translation through an STE, a CD and tables that are all of the input (chapter 15).
void run_walk(std::span<const std::uint8_t> bytes);
/// A command (chapter 4), and its invalidation of filled caches.
void run_command(std::span<const std::uint8_t> bytes);
/// Two event records (7.3).
void run_event(std::span<const std::uint8_t> bytes);
/// A Translation Request of a device, and its Translated transactions afterwards (3.9, 13.7).
void run_ats_request(std::span<const std::uint8_t> bytes);
/// A Translated transaction of a device that lies (3.9.1.3).
void run_ats_translated(std::span<const std::uint8_t> bytes);
/// A page request: its record, and what the SMMU answers by itself (8).
void run_page_request(std::span<const std::uint8_t> bytes);
/// Accesses to registers (chapter 6), one after the other.
void run_smmu_registers(std::span<const std::uint8_t> bytes);

}  // namespace doorbell::fuzz
