#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace doorbell::gic::reference {

/// An interrupt that has an active state: SGI, PPI or SPI (IHI 0069, 4.1).
struct Interrupt {
  bool enabled = false, latch = false, line = false, message = false, active = false, edge = false;
  unsigned group = 0;
  std::uint8_t priority = 0;
  std::optional<unsigned> target;  ///< an SPI's
  bool anybody = false;            ///< 1 of N

  bool pending() const { return latch || (!edge && (line || message)); }
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
  unsigned BPR[2] = {2, 3};
  bool CBPR = false, EOImode = false;
  /// Group priorities that are active, with their groups.
  std::multimap<unsigned, unsigned> active;

  unsigned running() const { return active.empty() ? 0xFF : active.begin()->first; }
};

/// A GICv3 of one Security state as its specification says, in plain lists and without time: what
/// may be acknowledged where, and what is pending and active. It shares nothing with the model.
class Gic {
 public:
  explicit Gic(unsigned processors) : processors_(processors), private_(processors) {}

  unsigned enabled_groups = 3;  ///< GICD_CTLR
  Processor& processor(unsigned number) { return processors_[number]; }
  unsigned processors() const { return static_cast<unsigned>(processors_.size()); }
  /// An SGI or PPI of a processor, or an SPI, which all share.
  Interrupt& interrupt(unsigned processor, std::uint32_t INTID);
  Lpi& lpi(std::uint32_t INTID) { return lpis_[INTID]; }

  void set_line(unsigned processor, std::uint32_t INTID, bool level);
  void set_message(std::uint32_t INTID, bool set);
  /// The INTIDs that a read of ICC_IAR<group>_EL1 may return, 1023 among them if it may find none:
  /// of equal priorities any may come first, and 1 of N may have gone to another processor.
  std::set<std::uint32_t> permitted(unsigned processor, unsigned group) const;
  void acknowledge(unsigned processor, unsigned group, std::uint32_t INTID);
  /// ICC_EOIR<group>_EL1, ICC_DIR_EL1.
  void end(unsigned processor, unsigned group, std::uint32_t INTID);
  void deactivate(unsigned processor, std::uint32_t INTID);

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
  std::vector<Candidate> candidates(unsigned processor) const;
  bool preempts(const Processor& processor, const Candidate& candidate) const;
  static unsigned group_priority(const Processor& processor, unsigned group, unsigned priority);

  std::vector<Processor> processors_;
  std::vector<std::map<std::uint32_t, Interrupt>> private_;
  std::map<std::uint32_t, Interrupt> spis_;
  std::map<std::uint32_t, Lpi> lpis_;
};

}  // namespace doorbell::gic::reference
