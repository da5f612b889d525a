#include "doorbell/gic/arch/interrupt_bank.h"

namespace doorbell::gic {

InterruptBank::InterruptBank(std::uint32_t first, std::uint32_t count, unsigned priority_bits)
    : first_(first), priority_bits_(priority_bits), words_(count / 32), priorities_(count, 0) {}

void InterruptBank::set_priority(std::uint32_t INTID, std::uint8_t priority) {
  priorities_[INTID - first_] = implemented_priority(priority, priority_bits_);
}

std::uint32_t InterruptBank::configuration(std::size_t half) const {
  const std::uint32_t edge = words_[half / 2].edge >> (16 * (half % 2));
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 16; ++i)
    value |= ((edge >> i) & 1) << (2 * i + 1);
  return value;
}

void InterruptBank::write_configuration(std::size_t half, std::uint32_t value) {
  const unsigned shift = 16 * (half % 2);
  std::uint32_t edge = 0;
  for (unsigned i = 0; i < 16; ++i)
    edge |= ((value >> (2 * i + 1)) & 1) << i;
  Word& w = words_[half / 2];
  w.edge = (w.edge & ~(std::uint32_t{0xFFFF} << shift)) | (edge << shift);
}

void InterruptBank::set_line(std::uint32_t INTID, bool level) {
  Word& w = word_of(INTID);
  const std::uint32_t mask = mask_of(INTID);
  if (level && (w.line & mask) == 0 && (w.edge & mask) != 0) w.latch |= mask;
  w.line = level ? w.line | mask : w.line & ~mask;
}

void InterruptBank::acknowledge(std::uint32_t INTID) {
  Word& w = word_of(INTID);
  w.latch &= ~mask_of(INTID);
  w.active |= mask_of(INTID);
}

void InterruptBank::deactivate(std::uint32_t INTID) {
  word_of(INTID).active &= ~mask_of(INTID);
}

PendingInterrupt InterruptBank::describe(std::size_t word, unsigned bit) const {
  const std::size_t index = word * 32 + bit;
  const bool group1 = ((words_[word].group >> bit) & 1) != 0;
  return {first_ + static_cast<std::uint32_t>(index), priorities_[index],
          group1 ? Group::group1 : Group::group0};
}

}  // namespace doorbell::gic
