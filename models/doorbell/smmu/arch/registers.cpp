#include "doorbell/smmu/arch/registers.h"

#include <array>

#include "doorbell/smmu/arch/identification.h"

namespace doorbell::smmu {
namespace {

using Implemented = std::uint64_t (*)(const Features&);

constexpr Identification id = identify(Features{});

constexpr std::uint64_t gbpa_reset = 0x1000;  // SHCFG: incoming
constexpr std::uint64_t queue_index = 0x000f'ffff;
constexpr std::uint64_t queue_index_overflow = 0x800f'ffff;

// Bits of addresses above IDR5.OAS are RES0 (6.3.21, 6.3.24, 6.3.26).
constexpr std::uint64_t address(const Features& features, unsigned low) {
  return low_mask(features.output_address_bits) & ~low_mask(low);
}
constexpr std::uint64_t allocation_hint = std::uint64_t{1} << 62;
constexpr std::uint64_t strtab_base(const Features& features) {
  return allocation_hint | address(features, 6);
}
constexpr std::uint64_t queue_base(const Features& features) {
  return allocation_hint | address(features, 5) | low_mask(5);  // LOG2SIZE
}
constexpr std::uint64_t strtab_base_cfg(const Features& features) {
  const std::uint64_t format = STRTAB_BASE_CFG::FMT.mask() | STRTAB_BASE_CFG::SPLIT.mask();
  return STRTAB_BASE_CFG::LOG2SIZE.mask() | (features.two_level_streams ? format : 0);
}
// The fields of memory types are kept whether they have an effect or not (6.3.14).
constexpr std::uint64_t gbpa(const Features& features) {
  const std::uint64_t permissions = GBPA::PRIVCFG.mask() | GBPA::INSTCFG.mask();
  return GBPA::Update.mask() | GBPA::ABORT.mask() | GBPA::SHCFG.mask() | GBPA::ALLOCCFG.mask() |
         GBPA::MTCFG.mask() | GBPA::MemAttr.mask() |
         (features.attribute_permissions_override ? permissions : 0);
}
// PTM is kept although nothing is broadcast: Linux writes it without asking for IDR0.BTM.
constexpr std::uint64_t cr2(const Features& features) {
  return CR2::RECINVSID.mask() | CR2::PTM.mask() |
         (offers_hypervisor(features) ? CR2::E2H.mask() : 0);
}
constexpr std::uint64_t cr0(const Features& features) {
  return CR0::SMMUEN.mask() | CR0::EVENTQEN.mask() | CR0::CMDQEN.mask() |
         (features.ats ? CR0::ATSCHK.mask() : 0) |
         (offers_page_requests(features) ? CR0::PRIQEN.mask() : 0);
}
constexpr std::uint64_t irq_ctrl(const Features& features) {
  return IRQ_CTRL::GERROR_IRQEN.mask() | IRQ_CTRL::EVENTQ_IRQEN.mask() |
         (offers_page_requests(features) ? IRQ_CTRL::PRIQ_IRQEN.mask() : 0);
}
// CMDQ_ERR, EVENTQ_ABT_ERR, SFM_ERR; MSI_CMDQ_, MSI_EVENTQ_ and MSI_GERROR_ABT_ERR; PRIQ_ABT_ERR
// and MSI_PRIQ_ABT_ERR.
constexpr std::uint64_t gerror(const Features& features) {
  const bool pri = offers_page_requests(features);
  return 0x105 | (features.msi ? 0xb0 : 0) | (pri ? 0x8 : 0) | (pri && features.msi ? 0x40 : 0);
}
// Without IDR0.MSI the registers of messages are RES0.
constexpr std::uint64_t msi_address(const Features& features) {
  return features.msi ? address(features, 2) : 0;
}
constexpr std::uint64_t msi_data(const Features& features) {
  return features.msi ? 0xffff'ffff : 0;
}
constexpr std::uint64_t msi_attributes(const Features& features) {
  return features.msi ? 0x3f : 0;  // SH, MemAttr
}

// Without IDR0.PRI the registers of the PRI queue are RES0.
constexpr std::uint64_t priq_base(const Features& features) {
  return offers_page_requests(features) ? queue_base(features) : 0;
}
constexpr std::uint64_t priq_index(const Features& features) {
  return offers_page_requests(features) ? queue_index_overflow : 0;
}
constexpr std::uint64_t priq_msi_address(const Features& features) {
  return offers_page_requests(features) ? msi_address(features) : 0;
}
constexpr std::uint64_t priq_msi_data(const Features& features) {
  return offers_page_requests(features) ? msi_data(features) : 0;
}
constexpr std::uint64_t priq_msi_attributes(const Features& features) {
  if (!offers_page_requests(features) || !features.msi) return 0;
  return msi_attributes(features) | PRIQ_IRQ_CFG2::LO.mask();
}
// Without IDR0.ATOS the registers of address translation operations are RES0.
constexpr std::uint64_t gatos_ctrl(const Features& features) {
  return features.address_translation ? GATOS_CTRL::RUN.mask() : 0;
}
constexpr std::uint64_t gatos_sid(const Features& features) {
  if (!features.address_translation) return 0;
  const unsigned substream_bits = features.substream_id_bits;
  return low_mask(features.stream_id_bits) | GATOS_SID::SUBSTREAMID.make(low_mask(substream_bits)) |
         (substream_bits != 0 ? GATOS_SID::SSID_VALID.mask() : 0);
}
constexpr std::uint64_t gatos_addr(const Features& features) {
  return features.address_translation ? ~low_mask(GATOS_ADDR::HTTUI.low) : 0;
}

constexpr Register RO(std::string_view name, std::uint64_t offset, std::uint64_t reset,
                      std::string_view section, unsigned width = 4) {
  return {{name, offset, width, reset, RegisterAccess::read_only, section}};
}
/// Its bits are the same with all features.
constexpr Register RW(std::string_view name, std::uint64_t offset, std::uint64_t reset,
                      std::string_view section, Guard guard, std::uint64_t writable) {
  return {{name, offset, 4, reset, RegisterAccess::read_write, section, 1, 0, writable},
          guard,
          nullptr};
}
/// Its bits depend on features.
constexpr Features all_that_adds_bits{.stage2 = true,
                                      .stream_id_bits = 32,
                                      .substream_id_bits = 20,
                                      .output_address_bits = 52,
                                      .ats = true,
                                      .page_requests = true,
                                      .address_translation = true,
                                      .attribute_permissions_override = true};
constexpr Register RW_offered(std::string_view name, std::uint64_t offset, unsigned width,
                              std::string_view section, Guard guard, Implemented implemented,
                              std::uint64_t reset = 0) {
  return {{name, offset, width, reset, RegisterAccess::read_write, section, 1, 0,
           implemented(all_that_adds_bits)},
          guard,
          implemented};
}

constexpr Register rows[] = {
    // Page 0
    RO("SMMU_IDR0", 0x0000, id.IDR0, "IHI 0070 6.3.1"),
    RO("SMMU_IDR1", 0x0004, id.IDR1, "IHI 0070 6.3.2"),
    RO("SMMU_IDR2", 0x0008, 0, "IHI 0070 6.3.3"),
    RO("SMMU_IDR3", 0x000c, id.IDR3, "IHI 0070 6.3.4"),
    RO("SMMU_IDR4", 0x0010, 0, "IHI 0070 6.3.5"),
    RO("SMMU_IDR5", 0x0014, id.IDR5, "IHI 0070 6.3.6"),
    RO("SMMU_IIDR", 0x0018, 0, "IHI 0070 6.3.7"),
    RO("SMMU_AIDR", 0x001c, id.AIDR, "IHI 0070 6.3.8"),
    RW_offered("SMMU_CR0", 0x0020, 4, "IHI 0070 6.3.9", Guard::none, cr0),
    RO("SMMU_CR0ACK", 0x0024, 0, "IHI 0070 6.3.10"),
    RW("SMMU_CR1", 0x0028, 0, "IHI 0070 6.3.11", Guard::attributes,
       CR1::TABLE.mask() | CR1::QUEUE.mask()),
    RW_offered("SMMU_CR2", 0x002c, 4, "IHI 0070 6.3.12", Guard::SMMUEN, cr2),
    RO("SMMU_STATUSR", 0x0040, 0, "IHI 0070 6.3.13"),
    RW_offered("SMMU_GBPA", 0x0044, 4, "IHI 0070 6.3.14", Guard::Update, gbpa, gbpa_reset),
    RO("SMMU_AGBPA", 0x0048, 0, "IHI 0070 6.3.15"),  // RES0: there are no further attributes
    RW_offered("SMMU_IRQ_CTRL", 0x0050, 4, "IHI 0070 6.3.16", Guard::none, irq_ctrl),
    RO("SMMU_IRQ_CTRLACK", 0x0054, 0, "IHI 0070 6.3.18"),
    RO("SMMU_GERROR", 0x0060, 0, "IHI 0070 6.3.19"),
    RW_offered("SMMU_GERRORN", 0x0064, 4, "IHI 0070 6.3.20", Guard::none, gerror),
    RW_offered("SMMU_GERROR_IRQ_CFG0", 0x0068, 8, "IHI 0070 6.3.21", Guard::GERROR_IRQEN,
               msi_address),
    RW_offered("SMMU_GERROR_IRQ_CFG1", 0x0070, 4, "IHI 0070 6.3.22", Guard::GERROR_IRQEN, msi_data),
    RW_offered("SMMU_GERROR_IRQ_CFG2", 0x0074, 4, "IHI 0070 6.3.23", Guard::GERROR_IRQEN,
               msi_attributes),
    RW_offered("SMMU_STRTAB_BASE", 0x0080, 8, "IHI 0070 6.3.24", Guard::SMMUEN, strtab_base),
    RW_offered("SMMU_STRTAB_BASE_CFG", 0x0088, 4, "IHI 0070 6.3.25", Guard::SMMUEN,
               strtab_base_cfg),
    RW_offered("SMMU_CMDQ_BASE", 0x0090, 8, "IHI 0070 6.3.26", Guard::CMDQEN, queue_base),
    RW("SMMU_CMDQ_PROD", 0x0098, 0, "IHI 0070 6.3.27", Guard::none, queue_index),
    RW("SMMU_CMDQ_CONS", 0x009c, 0, "IHI 0070 6.3.28", Guard::CMDQEN, queue_index),
    RW_offered("SMMU_EVENTQ_BASE", 0x00a0, 8, "IHI 0070 6.3.29", Guard::EVENTQEN, queue_base),
    RW_offered("SMMU_EVENTQ_IRQ_CFG0", 0x00b0, 8, "IHI 0070 6.3.30", Guard::EVENTQ_IRQEN,
               msi_address),
    RW_offered("SMMU_EVENTQ_IRQ_CFG1", 0x00b8, 4, "IHI 0070 6.3.31", Guard::EVENTQ_IRQEN, msi_data),
    RW_offered("SMMU_EVENTQ_IRQ_CFG2", 0x00bc, 4, "IHI 0070 6.3.32", Guard::EVENTQ_IRQEN,
               msi_attributes),
    RW_offered("SMMU_PRIQ_BASE", 0x00c0, 8, "IHI 0070 6.3.33", Guard::PRIQEN, priq_base),
    RW_offered("SMMU_PRIQ_IRQ_CFG0", 0x00d0, 8, "IHI 0070 6.3.34", Guard::PRIQ_IRQEN,
               priq_msi_address),
    RW_offered("SMMU_PRIQ_IRQ_CFG1", 0x00d8, 4, "IHI 0070 6.3.35", Guard::PRIQ_IRQEN,
               priq_msi_data),
    RW_offered("SMMU_PRIQ_IRQ_CFG2", 0x00dc, 4, "IHI 0070 6.3.36", Guard::PRIQ_IRQEN,
               priq_msi_attributes),
    RW_offered("SMMU_GATOS_CTRL", 0x0100, 4, "IHI 0070 6.3.37", Guard::starts, gatos_ctrl),
    RW_offered("SMMU_GATOS_SID", 0x0108, 8, "IHI 0070 6.3.38", Guard::RUN, gatos_sid),
    RW_offered("SMMU_GATOS_ADDR", 0x0110, 8, "IHI 0070 6.3.39", Guard::RUN, gatos_addr),
    RO("SMMU_GATOS_PAR", 0x0118, 0, "IHI 0070 6.3.40", 8),
    // Page 1, whose registers page 0 doesn't alias
    RW("SMMU_EVENTQ_PROD", 0x100a8, 0, "IHI 0070 6.3.95", Guard::EVENTQEN, queue_index_overflow),
    RW("SMMU_EVENTQ_CONS", 0x100ac, 0, "IHI 0070 6.3.96", Guard::none, queue_index_overflow),
    RW_offered("SMMU_PRIQ_PROD", 0x100c8, 4, "IHI 0070 6.3.97", Guard::PRIQEN, priq_index),
    RW_offered("SMMU_PRIQ_CONS", 0x100cc, 4, "IHI 0070 6.3.98", Guard::none, priq_index),
};

constexpr auto table = [] {
  std::array<RegisterInfo, std::size(rows)> infos;
  for (std::size_t i = 0; i < infos.size(); ++i)
    infos[i] = rows[i].info;
  return infos;
}();

/// The bits that a write can't change now.
std::uint64_t guarded_bits(Guard guard, const Enables& enables) {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  const auto when = [](bool in_use, std::uint64_t bits) { return in_use ? bits : 0; };
  const bool commands = CR0::CMDQEN.test(enables.CR0);
  const bool events = CR0::EVENTQEN.test(enables.CR0);
  const bool page_requests = CR0::PRIQEN.test(enables.CR0);
  switch (guard) {
    case Guard::SMMUEN:
      return when(CR0::SMMUEN.test(enables.CR0), all);
    case Guard::CMDQEN:
      return when(commands, all);
    case Guard::EVENTQEN:
      return when(events, all);
    case Guard::PRIQEN:
      return when(page_requests, all);
    case Guard::attributes:
      return when(CR0::SMMUEN.test(enables.CR0), CR1::TABLE.mask()) |
             when(commands || events || page_requests, CR1::QUEUE.mask());
    case Guard::GERROR_IRQEN:
      return when(IRQ_CTRL::GERROR_IRQEN.test(enables.IRQ_CTRL), all);
    case Guard::EVENTQ_IRQEN:
      return when(IRQ_CTRL::EVENTQ_IRQEN.test(enables.IRQ_CTRL), all);
    case Guard::PRIQ_IRQEN:
      return when(IRQ_CTRL::PRIQ_IRQEN.test(enables.IRQ_CTRL), all);
    case Guard::RUN:
      return when(enables.RUN, all);
    case Guard::starts:
      return when(!enables.translates, all);
    case Guard::none:
    case Guard::Update:
      break;
  }
  return 0;
}

}  // namespace

std::span<const RegisterInfo> register_table() {
  return table;
}

std::span<const Register> registers() {
  return rows;
}

std::uint64_t admitted(const Register& where, std::uint64_t old, std::uint64_t value,
                       const Enables& enables, const Features& features) {
  if (where.guard == Guard::Update && (GBPA::Update.test(old) || !GBPA::Update.test(value))) {
    return old;
  }
  if (where.guard == Guard::starts && GATOS_CTRL::RUN.test(old)) return old;
  const std::uint64_t kept = guarded_bits(where.guard, enables);
  if (where.implemented != nullptr) value &= where.implemented(features);
  return (old & kept) | (value & ~kept);
}

}  // namespace doorbell::smmu
