#pragma once

#include <cstdint>
#include <span>

namespace doorbell::fuzz {

/// A command of an ITS (IHI 0069 5.3), and its checks.
void run_its_command(std::span<const std::uint8_t> bytes);
/// Entries of the ITS's tables, and the places that GITS_BASERn describes (5.2, 12.19.1).
void run_its_tables(std::span<const std::uint8_t> bytes);
/// Accesses to the registers of an ITS (12.19), with the progress of its command queue.
void run_its_registers(std::span<const std::uint8_t> bytes);
/// Accesses to the registers of a distributor (12.9), with interrupts that come and go.
void run_distributor(std::span<const std::uint8_t> bytes);

}  // namespace doorbell::fuzz
