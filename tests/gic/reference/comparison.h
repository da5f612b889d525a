#pragma once

#include <deque>
#include <sstream>
#include <string>

#include "doorbell/core/arch/random.h"
#include "tests/gic/gic_bench.h"
#include "tests/gic/reference/reference_gic.h"
#include "tests/gic/register_place.h"

namespace doorbell::gic::test {

/// The whole GIC beside the plain one, over random sequences of what software of either Security
/// state and devices do.
class Comparison {
 public:
  Comparison(OneOfN one_of_n, SecurityStates security, std::uint64_t seed,
             reference::Fault fault = reference::Fault::none);

  /// So many random steps, and then everything is taken. False when the two have disagreed.
  bool sequence(unsigned length);
  /// The first disagreement, and what went before; empty when there was none.
  const std::string& difference() const { return difference_; }

 private:
  using Who = reference::Who;
  static constexpr unsigned processor_count = 3;
  static constexpr std::uint32_t events = 4;

  bool two_states() const { return security_ == SecurityStates::two; }
  bool agreed() const { return difference_.empty(); }
  template <class A, class B>
  void same(const A& of_model, const B& of_reference, const std::string& what);

  std::uint64_t below(std::uint64_t limit) { return numbers_.next() % limit; }
  unsigned any_processor() { return static_cast<unsigned>(below(processor_count)); }
  std::uint8_t any_priority() { return static_cast<std::uint8_t>(below(32) << 3); }
  std::uint32_t any_interrupt();
  Who anybody();
  /// Another who may access registers of Group `n`.
  Who anybody_for(unsigned n);
  void be(Who who);
  template <class... Words>
  void note(const Words&... words);
  std::string history() const;
  void settle() { bench_.advance(microsecond); }

  Place place(unsigned p, std::uint32_t INTID) { return place_of(bench_, p, INTID); }
  void write_bit(const Place& at, std::uint64_t array);
  bool read_bit(const Place& at, std::uint64_t array);

  // Steps.
  void step();
  void drive();
  void set_line(unsigned p, std::uint32_t INTID, bool level);
  void program();
  void prioritise();
  void set_groups_of();
  void set_edge();
  void permit();
  void route();
  void set_pending();
  void send_sgi();
  void change_interface();
  void change_common_binary_points(unsigned p);
  void change_lpi();
  void configure(std::uint32_t event, std::uint8_t priority, bool enabled);
  void issue(const ItsCommand& command);
  void ring();
  void sleep_or_mask();
  void set_mask(unsigned p, std::uint8_t PMR);
  std::uint32_t acknowledge(unsigned p, unsigned n);
  void end();
  void write_end(unsigned p, unsigned n, std::uint32_t INTID);

  template <class Visit>
  void for_each(Visit visit);
  void compare_states();
  void compare_lines();
  void drain();
  void open_everything(unsigned p);

  OneOfN one_of_n_;
  SecurityStates security_;
  Bench bench_;
  reference::Gic reference_;
  Random numbers_;
  Who who_ = Who::non_secure;
  unsigned at_[events] = {};
  std::vector<std::uint32_t> held_[processor_count];
  std::deque<std::string> history_;
  std::string difference_;
};

template <class... Words>
void Comparison::note(const Words&... words) {
  std::ostringstream text;
  text << static_cast<int>(who_) << ": ";
  ((text << words << ' '), ...);
  history_.push_back(text.str());
  if (history_.size() > 40) history_.pop_front();
}

}  // namespace doorbell::gic::test
