#include "doorbell/gic/arch/interrupt_bank.h"

namespace doorbell::gic {

InterruptBank::InterruptBank(IntidRange range, IntidRange extended, unsigned priority_bits)
    : range_(range),
      extended_(extended),
      priority_bits_(priority_bits),
      words_((range.count + extended.count) / 32),
      priorities_(range.count + extended.count, 0) {}

void InterruptBank::set_priority(std::uint32_t INTID, std::uint8_t priority) {
  priorities_[number_of(INTID)] = implemented_priority(priority, priority_bits_);
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

void InterruptBank::set_by_message(std::uint32_t INTID) {
  Word& w = word_of(INTID);
  ((w.edge & mask_of(INTID)) != 0 ? w.latch : w.message) |= mask_of(INTID);
}

void InterruptBank::clear_by_message(std::uint32_t INTID) {
  Word& w = word_of(INTID);
  ((w.edge & mask_of(INTID)) != 0 ? w.latch : w.message) &= ~mask_of(INTID);
}

Group InterruptBank::group_of(std::uint32_t INTID) const {
  const std::uint32_t number = number_of(INTID);
  const Word& w = words_[number / 32];
  return gic::group_of((w.group >> (number % 32) & 1) != 0, (w.modifier >> (number % 32) & 1) != 0);
}

void InterruptBank::forget_security() {
  for (Word& w : words_)
    w.modifier = 0, w.access = 0;
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
  const auto number = static_cast<std::uint32_t>(word * 32 + bit);
  const Word& w = words_[word];
  return {INTID_of(number), priorities_[number],
          gic::group_of((w.group >> bit & 1) != 0, (w.modifier >> bit & 1) != 0)};
}

}  // namespace doorbell::gic
