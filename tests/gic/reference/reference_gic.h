#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace doorbell::gic::reference {

/// Whose software accesses, as far as there are two Security states.
enum class Who { non_secure, non_secure_without_FIQ, secure, EL3 };
inline bool is_secure(Who who) {
  return who == Who::secure || who == Who::EL3;
}

/// What is wrong with a reference on purpose, to see that the comparison finds it.
enum class Fault {
  none,
  equals_preempt,
  whole_priorities_decide,
  masks_let_equals_pass,
  ends_deactivate_in_EOImode_1,
  DIR_works_in_EOImode_0,
  ends_of_the_wrong_group_drop,
  common_binary_points_are_apart,
  LPIs_have_an_active_state,
  moves_leave_what_is_pending,
  disabled_LPIs_are_taken,
  sleepers_take,
  SGIs_of_any_group_are_forwarded,
  non_secure_sets_secure_priorities,
  priorities_are_not_shifted,
  NSACR_opens_nothing,
  secure_interrupts_are_seen_by_all,
  EL3_learns_of_nobody,
  non_secure_lowers_secure_masks,
  lines_ignore_the_state,
};

/// An interrupt that has an active state: SGI, PPI or SPI (IHI 0069, 4.1).
struct Interrupt {
  bool enabled = false, latch = false, line = false, message = false, active = false, edge = false;
  bool IGROUPR = false, IGRPMODR = false;
  unsigned NSACR = 0;
  std::uint8_t priority = 0;
  std::optional<unsigned> target;  ///< an SPI's
  bool anybody = false;            ///< 1 of N

  bool pending() const { return latch || (!edge && (line || message)); }
  /// 0; 1 for (Non-secure) Group 1; 2 for Secure Group 1.
  unsigned group() const { return IGROUPR ? 1 : IGRPMODR ? 2 : 0; }
};

/// An LPI: pending at one processor at most, with the configuration that was last made known.
struct Lpi {
  bool enabled = false;
  std::uint8_t priority = 0;
  std::optional<unsigned> pending_at;
};

/// A CPU interface (12.2) and the sleep of its redistributor.
struct Processor {
  bool awake = true;
  unsigned enabled_groups = 0;
  std::uint8_t PMR = 0;
  unsigned BPR[3] = {2, 3, 2};               ///< by group
  bool CBPR[2] = {}, EOImode[3] = {};        ///< of Non-secure, Secure, and EL3
  std::multimap<unsigned, unsigned> active;  ///< group priorities with their groups

  unsigned running() const { return active.empty() ? 0xFF : active.begin()->first; }
};

/// A GICv3 as its specification says, in plain lists and without time: what may be acknowledged
/// where, and what is pending and active. It shares nothing with the model.
class Gic {
 public:
  Gic(unsigned processors, bool two_states, Fault fault)
      : two_states_(two_states), fault_(fault), processors_(processors), private_(processors) {}

  unsigned enabled_groups = 3;  ///< GICD_CTLR
  Processor& processor(unsigned number) { return processors_[number]; }
  /// An SGI or PPI of a processor, or an SPI, which all share.
  Interrupt& interrupt(unsigned processor, std::uint32_t INTID);
  Lpi& lpi(std::uint32_t INTID) { return lpis_[INTID]; }

  void set_line(unsigned processor, std::uint32_t INTID, bool level);
  // What software programs; without effect where it may not.
  void set_message(std::uint32_t INTID, bool set, Who who);
  void write_control(unsigned groups, Who who);
  void enable(unsigned processor, std::uint32_t INTID, bool enabled, Who who);
  void prioritise(unsigned processor, std::uint32_t INTID, std::uint8_t priority, Who who);
  void write_groups(unsigned processor, std::uint32_t INTID, bool IGROUPR, bool IGRPMODR, Who who);
  void write_NSACR(std::uint32_t INTID, unsigned access, Who who);
  void make_edge(unsigned processor, std::uint32_t INTID, bool edge, Who who);
  void route(std::uint32_t INTID, bool anybody, unsigned target, Who who);
  void write_pending(unsigned processor, std::uint32_t INTID, bool pending, Who who);
  void configure(std::uint32_t INTID, std::uint8_t priority, bool enabled);
  void move(std::uint32_t INTID, unsigned processor);
  void sleep(unsigned processor, bool awake, Who who);
  /// An SGI to one processor, asked for by ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1 (0 to 2).
  void send_sgi(unsigned processor, std::uint32_t INTID, unsigned which, Who who);
  void write_PMR(unsigned processor, std::uint8_t PMR, Who who);
  void write_BPR(unsigned processor, unsigned n, unsigned value, Who who);
  void write_CTLR(unsigned processor, bool CBPR, bool EOImode, Who who);
  void write_enables(unsigned processor, unsigned n, bool enabled, Who who);

  // What software reads.
  bool reads_pending(unsigned processor, std::uint32_t INTID, Who who);
  bool reads_active(unsigned processor, std::uint32_t INTID, Who who);
  unsigned reads_RPR(unsigned processor, Who who) const;
  unsigned reads_PMR(unsigned processor, Who who) const;
  /// The values that a read of ICC_IAR<n>_EL1 may return, 1023 among them if it may find none: of
  /// equal priorities any may come first, and 1 of N may have gone to another processor.
  std::set<std::uint32_t> permitted(unsigned processor, unsigned n, Who who) const;
  /// The lines that may be up: 0 none, 1 IRQ, 2 FIQ.
  std::set<unsigned> lines(unsigned processor, Who who) const;
  void acknowledge(unsigned processor, std::uint32_t INTID);
  /// ICC_EOIR<n>_EL1, ICC_DIR_EL1.
  void end(unsigned processor, unsigned n, std::uint32_t INTID, Who who);
  void deactivate(unsigned processor, std::uint32_t INTID, Who who);

  /// Whether some processor must be able to take a 1 of N interrupt that is pending.
  bool somebody_must_take(std::uint32_t INTID) const;
  const std::map<std::uint32_t, Interrupt>& spis() const { return spis_; }

 private:
  struct Candidate {
    std::uint32_t INTID;
    std::uint8_t priority;
    unsigned group;
    bool certain;  ///< not one that may have gone elsewhere
  };
  bool limited(Who who) const { return two_states_ && !is_secure(who); }
  /// Whether software may touch what NSACR opens at `least` (never: 4).
  bool may(unsigned processor, std::uint32_t INTID, unsigned least, Who who);
  std::vector<Candidate> candidates(unsigned processor) const;
  /// Each that may be the most urgent one; none at all is one of them.
  std::vector<std::optional<Candidate>> first_ones(unsigned processor) const;
  bool preempts(const Processor& processor, const Candidate& candidate) const;
  std::uint32_t seen(unsigned n, const Candidate& candidate, Who who) const;
  bool is_about(unsigned n, unsigned group, Who who) const;
  unsigned group_priority(const Processor& processor, unsigned group, unsigned priority) const;
  unsigned bank(Who who) const { return two_states_ && is_secure(who) ? 1 : 0; }
  unsigned end_bank(Who who) const { return two_states_ && who == Who::EL3 ? 2 : bank(who); }
  bool shows_shifted(Who who) const { return two_states_ && who == Who::non_secure_without_FIQ; }

  bool two_states_;
  Fault fault_;
  std::vector<Processor> processors_;
  std::vector<std::map<std::uint32_t, Interrupt>> private_;
  std::map<std::uint32_t, Interrupt> spis_;
  std::map<std::uint32_t, Lpi> lpis_;
};

}  // namespace doorbell::gic::reference
